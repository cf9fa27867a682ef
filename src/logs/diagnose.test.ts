import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readMachine } from '../machine/index.js'
import { diagnose, diagnoseText, type Finding } from './diagnose.js'
import { examples } from './examples/index.js'
import { LogReader } from './reader.js'

const q = 'qemu-system-x86_64: -device vfio-pci,host=0000:02:00.0'
const causes = (findings: readonly Finding[]) => findings.map(({ cause }) => cause)

describe('diagnose', () => {
  it('puts a consequence under its cause', () => {
    const { findings } = diagnoseText(
      [
        '[   10.1] vfio_pin_pages_remote: RLIMIT_MEMLOCK (8388608) exceeded',
        `${q}: VFIO_MAP_DMA failed: Cannot allocate memory`,
        'qemu: hardware error: vfio: DMA mapping failed, unable to continue',
      ].join('\n'),
    )
    expect(causes(findings)).toEqual(['memlock'])
    expect(causes(findings[0]!.consequences)).toEqual(['memory-not-pinned'])
    expect(causes(findings[0]!.consequences[0]!.consequences)).toEqual(['mapping-fatal'])
  })

  it('takes nothing for the consequence of what came later, or of another card', () => {
    const reset = 'vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up'
    const off = 'NVRM: GPU at 0000:01:00.0 has fallen off the bus.'
    expect(causes(diagnoseText(`[   10.1] ${off}\n[   20.1] ${reset}`).findings).toSorted()).toEqual([
      'nvidia-off-bus',
      'reset-failed',
    ])
    expect(causes(diagnoseText(`[   10.1] ${reset}\n[   20.1] ${off}`).findings)).toEqual(['reset-failed'])
    expect(diagnoseText(`[   10.1] ${reset}\n[   20.1] ${off.replace('01:', '02:')}`).findings).toHaveLength(
      2,
    )
  })

  it('counts equal lines, and tells where they stand', () => {
    const line = 'vfio-pci 0000:01:00.0: Refused to change power state from D3hot to D0'
    const { findings } = diagnoseText(`first\n${`${line}\n`.repeat(9)}`)
    expect(findings).toHaveLength(1)
    expect(findings[0]).toMatchObject({ cause: 'd3-stuck', device: '0000:01:00.0', count: 9 })
    expect(findings[0]!.lines[0]).toEqual({ source: 'text', line: 2, text: line })
  })

  it('takes words that name no device for the other half of those that do, in either order', () => {
    const kernel =
      'vfio_iommu_type1_attach_group: No interrupt remapping support.  Use the module param "allow_unsafe_interrupts" to enable VFIO IOMMU support on this platform'
    const program = `${q}: vfio 0000:02:00.0: failed to setup container for group 6: Failed to set iommu for container: Operation not permitted`
    for (const lines of [
      [kernel, program],
      [program, kernel],
    ])
      expect(diagnoseText(lines.join('\n')).findings).toMatchObject([
        {
          cause: 'no-interrupt-remapping',
          device: '0000:02:00.0',
          count: 2,
          lines: [{ line: 1 }, { line: 2 }],
        },
      ])
    const other = program.replaceAll('02:', '03:')
    expect(diagnoseText([kernel, program, other].join('\n')).findings.map(({ count }) => count)).toEqual([
      2, 1,
    ])
  })

  it('reads a line that a mail program broke', () => {
    const { findings } = diagnoseText(
      '> [   12.345678] vfio-pci 0000:04:00.0: Firmware has requested this device have a 1:1\n> IOMMU mapping, rejecting configuring the device without a 1:1 mapping. Contact\n',
    )
    expect(findings).toMatchObject([{ cause: 'reserved-by-firmware', device: '0000:04:00.0' }])
  })

  it('lists what vfio says and nobody knows, and not its ordinary words', () => {
    const { unknown, findings } = diagnoseText(
      [
        '[    1.0] vfio-pci 0000:01:00.0: something never heard of',
        '[    1.0] VFIO - User Level meta-driver version: 0.3',
        '[    1.0] vfio_pci: add [10de:2206[ffffffff:ffffffff]] class 0x000000/00000000',
        '[    0.0] Command line: BOOT_IMAGE=/vmlinuz vfio-pci.ids=10de:2206',
        '-device vfio-pci,host=0000:01:00.0,id=hostdev0 \\',
        'I tried vfio for two weeks now.',
      ].join('\n'),
    )
    expect(findings).toEqual([])
    expect(unknown.map(({ line }) => line)).toEqual([1])
  })

  it('with what is known of the device, chooses between causes', () => {
    const line = 'vfio-pci 0000:00:1c.0: probe with driver vfio-pci failed with error -22'
    expect(diagnoseText(line).findings[0]).toMatchObject({ cause: 'probe-refused', certainty: 'likely' })
    expect(diagnoseText(line).findings[0]!.otherwise.map(({ cause }) => cause)).toEqual([
      'bridge-not-bindable',
      'no-group',
    ])
    const found = diagnoseText(line, machine()).findings[0]!
    expect(found).toMatchObject({ cause: 'bridge-not-bindable', certainty: 'certain', otherwise: [] })
    expect(found.evidence[0]).toEqual({
      path: '/sys/bus/pci/devices/0000:00:1c.0/config',
      value: 'header type 1',
    })
  })

  it('gives the same, however the text is cut', () => {
    const lines = Object.values(examples).flatMap(({ lines }) => lines)
    const text = lines
      .map((line, at) => `[ ${at}.5] ${line}\n${'[ 1.0] usb 1-1: nothing of note\n'.repeat(300)}`)
      .join('')
    const whole = diagnoseText(text)
    for (const length of [1000, 65536, 300_000]) {
      const reader = new LogReader()
      reader.open('text')
      for (let at = 0; at < text.length; at += length) reader.push(text.slice(at, at + length))
      reader.close()
      expect(diagnose(reader.result())).toEqual(whole)
    }
  })

  it('ends soon for any text, and loses no failure among consequences', () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(examples).flatMap(({ lines, nearMiss }) => [...lines, nearMiss])),
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(
        'vfio ',
        ' failed: ',
        '[',
        '] ',
        '> ',
        '0000:01:00.0',
        '"',
        '(',
        ': ',
        '\n',
        'a'.repeat(5000),
        ' '.repeat(5000),
        '>'.repeat(5000),
      ),
    )
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }),
        fc.constantFrom('', ' ', '\n', '\n[ 1.0] '),
        (pieces, between) => {
          const text = pieces.join(between)
          const { findings, harmless } = diagnoseText(text)
          const reader = new LogReader()
          reader.open('text')
          reader.push(text)
          reader.close()
          const count = (all: readonly Finding[]): number =>
            all.reduce((sum, one) => sum + one.count + count(one.consequences), 0)
          expect(count(findings) + count(harmless)).toBe(
            reader.result().occurrences.reduce((sum, one) => sum + one.count, 0),
          )
        },
      ),
      { numRuns: 150 },
    )
  })

  // What must not happen is a pattern that never ends.
  it('comes to an end with a line made for it', () => {
    const hard = [
      `${q}: vfio ${'a'.repeat(2000)}(`.repeat(400),
      'apparmor="DENIED" operation="'.repeat(30_000),
      `vfio_region_read(${'('.repeat(100_000)}`,
      'genirq: Flags mismatch irq 1. 1 ('.repeat(20_000),
      'PCI device x is in use by driver y, domain '.repeat(20_000),
    ]
    for (const line of hard) expect(diagnoseText(line).sources).toMatchObject([{ lines: 1 }])
  })
})

/** A computer with one root port, as much of it as the rows ask for. */
function machine() {
  const at = '/sys/bus/pci/devices/0000:00:1c.0'
  const config = Buffer.alloc(64)
  config.writeUInt16LE(0x8086, 0)
  config[0x0e] = 0x01
  return readMachine({
    kind: 'recording',
    name: 'made',
    readText: (path) => {
      const text = { vendor: '0x8086\n', device: '0xa110\n', class: '0x060400\n', resource: '' }[
        path.replace(`${at}/`, '')
      ]
      return text === undefined ? { kind: 'absent' } : { kind: 'value', value: text }
    },
    readBytes: (path) =>
      path === `${at}/config` ? { kind: 'value', value: { bytes: config } } : { kind: 'absent' },
    version: () => ({ kind: 'absent' }),
    readLink: () => ({ kind: 'absent' }),
    list: (path) =>
      path === '/sys/bus/pci/devices' ? { kind: 'value', value: ['0000:00:1c.0'] } : { kind: 'absent' },
  })
}
