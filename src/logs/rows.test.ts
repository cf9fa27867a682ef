import { describe, expect, it } from 'vitest'
import { examples } from './examples/index.js'
import { failures } from './failures/index.js'
import { compileMessage } from './format.js'
import { readLine } from './line.js'
import { lineAnchors, matchLine } from './match.js'

const causeOf = (line: string) => matchLine(readLine(line).text)?.failure.cause

describe('the tables of failures', () => {
  it('have an example for each row, and no row twice', () => {
    expect(Object.keys(examples).toSorted()).toEqual(failures.map(({ cause }) => cause).toSorted())
  })

  it.each(Object.entries(examples))(
    '%s is told by its lines, and not by a near miss',
    (cause, { lines, nearMiss }) => {
      expect(lines.map(causeOf)).toEqual(lines.map(() => cause))
      expect(causeOf(nearMiss)).not.toBe(cause)
      // What skips the other lines must not skip these.
      for (const line of lines) {
        const bytes = Buffer.from(line)
        expect(lineAnchors().find(bytes, 0, bytes.length), line).toBeGreaterThanOrEqual(0)
      }
    },
  )

  it.each(
    failures.flatMap((row) =>
      row.messages.map((message) => ({ cause: row.cause, format: message.format, message })),
    ),
  )('$cause: $format stands behind no row that takes its lines', ({ cause, message }) => {
    const said = sample(message)
    expect(said).toMatch(compileMessage(message).pattern)
    expect(matchLine(said)?.failure.cause).toBe(cause)
  })

  it('name causes that exist, and say where each message is from', () => {
    const causes = new Set(
      failures.flatMap(({ cause, instead = [] }) => [cause, ...instead.map((one) => one.cause)]),
    )
    for (const { cause, follows = [], messages, title, why } of failures) {
      for (const other of follows) if (other !== '*') expect(causes, `${cause} follows`).toContain(other)
      expect(cause).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      const kept = messages.map(({ args = [] }) =>
        args.flatMap((arg) => /^\w+|(?<=\(\?<)\w+/.exec(arg)?.[0] ?? []),
      )
      for (const [, name] of `${title} ${why}`.matchAll(/\{(\w+)\}/g))
        if (name !== 'device' && name !== 'group')
          for (const [at, names] of kept.entries())
            expect(names, `${messages[at]!.format} keeps {${name}}`).toContain(name)
      for (const { source, seen, format } of messages) {
        expect(source, format).not.toBe('')
        expect(seen, format).not.toBe('')
      }
    }
  })
})

/** What the message prints: something for each conversion that its pattern takes. */
function sample({ format, args = [], errno }: (typeof failures)[number]['messages'][number]): string {
  let at = 0
  const said = format.replace(/%(?:%|[-#0 +]*\d*(?:hh?|ll?)?(?:pR|pe|p|[dxusm]|Lx))/g, (directive) => {
    if (directive === '%%') return '%'
    const arg = args[at++] ?? ''
    const fixed = /^\w*=(.+)$/s.exec(arg)?.[1]
    if (fixed !== undefined) return written(fixed)
    if (/^device/.test(arg)) return '0000:01:00.0'
    if (directive.endsWith('pR')) return '[mem 0xe0000000-0xefffffff]'
    return /[dux]$/.test(directive)
      ? '7'
      : directive.endsWith('p')
        ? '0x55'
        : directive === '%m'
          ? 'Bad address'
          : 'word'
  })
  return errno === undefined ? said : `${said}: ${errno}`
}

/** One text that a pattern of the tables fits. */
function written(pattern: string): string {
  const known = [
    '/x',
    '/dev/vfio/12',
    '/dev/vfio/vfio',
    '/dev/vfio/devices/vfio0',
    '/dev/iommu',
    '/sys/bus/pci/devices/0000:01:00.0/vfio-dev',
    '/sys/bus/pci/devices/x/vfio-dev/vfio0/dev',
    '/sys/bus/pci/devices/0000:01:00.0',
    '/sys/bus/pci/x',
    '0000:01:00.0',
    'vfio-pci',
    'vfio_pci',
    '-22',
    '-12',
    '-17',
    '-28',
    '127',
    '7f',
    '1',
    '3',
    'bash',
    'DMA Read',
    'PCIe',
    'Uncorrectable (Fatal)',
    'Correctable',
    'vfio-intx(0000:01:00.0)',
    'BAR 1',
    'bridge window',
    '[mem 0x1-0x2]',
    '[io 0x1-0x2]',
    'Cannot allocate memory',
    'Invalid argument',
    'vfio_region_read',
    'vfio_region_write',
    'vfio_pci_read_config',
    'vfio_pci_write_config',
    'vfio_bar_restore',
    'host',
    'libvirt-6b0b3e4c',
    'qemu',
    'direct PCI access',
    'hibernation',
    'no FLR, PM reset or bus reset available',
    '/usr/share/OVMF/OVMF_CODE.fd',
  ]
  const found = known.find((text) => new RegExp(`^(?:${pattern})$`).test(text))
  if (found === undefined) throw new Error(`no sample fits ${pattern}`)
  return found
}
