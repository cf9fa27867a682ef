import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { interrupts61, interrupts73, type MadeInterrupt } from '../../../test/support/made-interrupts.js'
import { type Interrupts, interruptRate, parseInterrupts } from './interrupts.js'

const versions = [
  ['6.1', interrupts61],
  ['7.3', interrupts73],
] as const

const line = (irq: number, counts: readonly number[], ...names: string[]): MadeInterrupt => ({
  ...{ irq, counts, names },
  ...{ chip: 'IR-PCI-MSIX-0000:01:00.0', hwirq: irq % 7, flow: 'edge' },
})

const kinds: readonly (readonly [string, readonly MadeInterrupt[], Partial<Interrupts>])[] = [
  [
    'MSI-X',
    [
      line(24, [1, 2], 'vfio-msix[0](0000:01:00.0)'),
      line(25, [0, 40], 'vfio-msix[11](0000:01:00.0)'),
      line(26, [9, 9], 'vfio-msix[0](0000:02:00.0)'),
    ],
    {
      kind: 'MSI-X',
      counts: new Map([
        ['24 vfio-msix[0](0000:01:00.0)', 3],
        ['25 vfio-msix[11](0000:01:00.0)', 40],
      ]),
      sharedWith: [],
    },
  ],
  [
    'MSI',
    [{ ...line(30, [4294967295, 1], 'vfio-msi[0](0000:01:00.0)'), chip: 'IR-PCI-MSI', hwirq: 524288 }],
    { kind: 'MSI', counts: new Map([['30 vfio-msi[0](0000:01:00.0)', 4294967296]]) },
  ],
  [
    'INTx',
    [
      {
        ...line(16, [5, 0], 'i801_smbus', 'vfio-intx(0000:01:00.0)', 'snd hda'),
        ...{ chip: 'IR-IO-APIC', flow: 'fasteoi' },
      },
    ],
    {
      kind: 'INTx',
      counts: new Map([['16 vfio-intx(0000:01:00.0)', 5]]),
      sharedWith: ['i801_smbus', 'snd hda'],
    },
  ],
  [
    'INTx of a kernel that prints Level',
    [{ ...line(47, [5, 6], 'vfio-intx(0000:01:00.0)'), chip: 'GICv3', flow: 'Level' }],
    { kind: 'INTx', counts: new Map([['47 vfio-intx(0000:01:00.0)', 11]]), sharedWith: [] },
  ],
]

describe.each(versions)('/proc/interrupts of Linux %s', (_, made) => {
  it.each(kinds)('tells %s', (__, lines, wanted) => {
    const others = [line(1, [3, 3], 'i8042'), line(9, [0, 0], 'acpi'), line(128, [8, 8], 'vfio-user')]
    const found = parseInterrupts(made([...others, ...lines]))
    expect(found?.get('0000:01:00.0')).toMatchObject(wanted)
  })

  it('tells nothing of a device for which none is set up', () => {
    expect(parseInterrupts(made([line(24, [1, 2], 'nvme0q0')]))).toEqual(new Map())
  })

  it('is read with any number of processors and wide counts', () => {
    const text = made([line(1024, Array(12).fill(4294967295), 'vfio-msi[0](10000:e1:00.0)')], 12, 5)
    const counts = parseInterrupts(text)?.get('10000:e1:00.0')?.counts
    expect([...counts!.values()]).toEqual([12 * 4294967295])
  })
})

it.each([
  '',
  'no header\n 24: 1 2 x vfio-msi[0](0000:01:00.0)\n',
  '   CPU0   CPU1\n 24: 1 x  vfio-msi[0](0000:01:00.0)\n',
])('what is not that text is not read: %j', (text) => expect(parseInterrupts(text)).toBeUndefined())

describe('the rate between two looks', () => {
  const of = (counts: Readonly<Record<string, number>>): Interrupts => ({
    ...{ kind: 'MSI-X', counts: new Map(Object.entries(counts)), sharedWith: [] },
  })

  it.each([
    ['of all vectors that were there', { a: 1, b: 10 }, { a: 101, b: 20 }, 2, 55],
    ['without one that was not', { a: 1 }, { a: 5, b: 1000 }, 1, 4],
    ['without one that is no more', { a: 1, b: 1000 }, { a: 5 }, 1, 4],
    ['unknown where all are new', { a: 1 }, { b: 1000 }, 1, null],
    ['unknown where a count began anew', { a: 100, b: 1 }, { a: 4, b: 2 }, 1, null],
    ['unknown where no time has passed', { a: 1 }, { a: 2 }, 0, null],
  ] as const)('is %s', (_, before, after, seconds, wanted) => {
    expect(interruptRate(of(before), of(after), seconds)).toBe(wanted)
  })

  it('is never negative, whatever the two say', () => {
    const counts = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat({ max: 2 ** 40 }))
    fc.assert(
      fc.property(
        counts,
        counts,
        fc.double({ min: -10, max: 1e6, noNaN: true }),
        (before, after, seconds) => {
          const rate = interruptRate(of(before), of(after), seconds)
          expect(rate === null || rate >= 0).toBe(true)
        },
      ),
    )
  })

  it('is what was added, over the time, for texts of either kernel', () => {
    const count = fc.nat({ max: 2 ** 31 })
    const vectors = fc.array(fc.tuple(count, count, count, count), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(
        vectors,
        fc.constantFrom(...versions),
        fc.integer({ min: 1, max: 60 }),
        (all, [, made], seconds) => {
          const text = (more: boolean) =>
            made(
              all.map(([a, b, c, d], i) =>
                line(24 + i, more ? [a + c, b + d] : [a, b], `vfio-msix[${i}](0000:01:00.0)`),
              ),
            )
          const [before, after] = [false, true].map(
            (more) => parseInterrupts(text(more))!.get('0000:01:00.0')!,
          )
          const added = all.reduce((sum, [, , c, d]) => sum + c + d, 0)
          expect(interruptRate(before!, after!, seconds)).toBeCloseTo(added / seconds, 3)
        },
      ),
    )
  })
})
