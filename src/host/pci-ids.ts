import type { Trace } from './trace.js'

/**
 * Which lines of pci.ids are wanted, each as the ids on the way to it, four lower-case digits each:
 * `8086`, `8086 1521`, `8086 1521 8086 0001`; classes with two digits: `C 03`, `C 03 00`, `C 0c 03 30`.
 */
export type PciIdSet = ReadonlySet<string>

/** Where distributions keep the file; its format is told in its own head. */
export function isPciIds(path: string): boolean {
  return path.endsWith('/pci.ids')
}

/** The ids of every function that was read. */
export function idsIn(trace: Trace): PciIdSet {
  const ids = new Set<string>()
  for (const path of trace.keys()) {
    if (!path.startsWith('/sys/bus/pci/devices/') || !path.endsWith('/vendor')) continue
    const id = (file: string, digits = 4) => idIn(trace, path.replace(/vendor$/, file), digits)
    const vendor = id('vendor')
    const device = id('device')
    const subsystemVendor = id('subsystem_vendor')
    const subsystemDevice = id('subsystem_device')
    const classCode = id('class', 6).match(/../g)
    if (vendor) ids.add(vendor).add(`${vendor} ${device}`)
    if (subsystemVendor)
      ids.add(subsystemVendor).add(`${vendor} ${device} ${subsystemVendor} ${subsystemDevice}`)
    for (const depth of [1, 2, 3]) if (classCode) ids.add(['C', ...classCode.slice(0, depth)].join(' '))
  }
  return ids
}

/** `0x8086\n` as `8086`; empty where it was not read. */
function idIn(trace: Trace, path: string, digits: number): string {
  const read = trace.get(path)?.text
  const found = read?.kind === 'value' ? /^0x([0-9a-f]+)\s*$/.exec(read.value)?.[1] : undefined
  return found?.padStart(digits, '0') ?? ''
}

/** The lines of pci.ids about `ids`, with the file's version and date. */
export function reducePciIds(text: string, ids: PciIdSet): string {
  const kept: string[] = []
  /** The ids of the entries that the line stands under, one per tab. */
  const under: string[] = []
  for (const line of text.split('\n')) {
    if (/^#\s*(Version|Date):/.test(line)) kept.push(line)
    const [, tabs, id] = /^(\t{0,2})((?:C )?[0-9a-f]{2,4}(?: [0-9a-f]{4})?) {2}/.exec(line) ?? []
    if (tabs === undefined || id === undefined) continue
    under.length = tabs.length
    under.push(id)
    if (ids.has(under.join(' '))) kept.push(line)
  }
  return kept.map((line) => `${line}\n`).join('')
}
