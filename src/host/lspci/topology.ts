import { isVerbose, type ReportedFunction } from './report.js'

/** Where a function hangs: the folders of /sys/devices from the root bus down to it. Undefined: the text does not tell. */
export type Places = ReadonlyMap<string, readonly string[] | undefined>

interface Bridge {
  readonly address: string
  readonly secondary: number
}

/** Concludes the tree of bridges from the bus numbers behind each one. */
export function placesOf(functions: readonly ReportedFunction[]): Places {
  const bridges = new Map<string, Bridge>()
  for (const one of functions) {
    const { address } = one
    const secondary = secondaryOf(one)
    // 00 is a bridge that was never set up.
    if (secondary !== undefined && secondary !== '00')
      bridges.set(`${domainOf(address)}:${secondary}`, { address, secondary: Number.parseInt(secondary, 16) })
  }
  const isWhole = new Map<string, boolean>()
  for (const domain of new Set(functions.map(({ address }) => domainOf(address)))) {
    const there = functions.filter(({ address }) => domainOf(address) === domain)
    // A root bus can be told from a bus whose bridge is not in the text where the text has all there is; -k alone gives
    // bridges without their bus numbers.
    const hasRoot = there.some(({ address }) => busOf(address) === '00') || isVmd(domain)
    isWhole.set(domain, there.every((one) => isVerbose(one) || one.rows.length > 0) && hasRoot)
  }
  const vmd = functions.filter(({ lines }) => /^vmd\b/.test(lines.get('Kernel driver in use') ?? ''))

  const places = new Map<string, readonly string[] | undefined>()
  const placeOf = (address: string, below: ReadonlySet<string>): readonly string[] | undefined => {
    const domain = domainOf(address)
    const bus = busOf(address)
    const bridge = bridges.get(`${domain}:${bus}`)
    if (bridge !== undefined && bridge.address !== address && !below.has(bridge.address)) {
      const above = placeOf(bridge.address, new Set([...below, address]))
      return above && [...above, address]
    }
    if (bus !== '00' && !isWhole.get(domain)) return undefined
    const root = [`pci${domain}:${bus}`, address]
    // The buses behind Intel's Volume Management Device are a domain of their own (Linux drivers/pci/controller/vmd.c).
    if (!isVmd(domain)) return root
    const above = vmd.length === 1 ? placeOf(vmd[0]!.address, new Set([...below, address])) : undefined
    return above && [...above, ...root]
  }
  for (const { address } of functions) places.set(address, placeOf(address, new Set()))
  return places
}

/** The bus behind a bridge, from the line that says it or from the hex dump; both kinds of bridge have it at 0x19. */
function secondaryOf({ lines, rows }: ReportedFunction): string | undefined {
  const [, printed] = /secondary=([0-9a-f]{2})/.exec(lines.get('Bus') ?? '') ?? []
  if (printed !== undefined) return printed
  const byte = (at: number) => {
    const row = rows.find((one) => one.at <= at && at < one.at + one.bytes.length)
    return row?.bytes[at - row.at]
  }
  const [type, number] = [byte(0x0e), byte(0x19)]
  const isBridge = type !== undefined && ((type & 0x7f) === 1 || (type & 0x7f) === 2)
  return isBridge ? number?.toString(16).padStart(2, '0') : undefined
}

/** Domains above 16 bits are made by the VMD driver (vmd_find_free_domain). */
function isVmd(domain: string): boolean {
  return domain.length > 4
}

function domainOf(address: string): string {
  return address.slice(0, address.indexOf(':'))
}

function busOf(address: string): string {
  return address.slice(-7, -5)
}

/**
 * The virtual functions in use, by address, with the function each belongs to: their routing ids follow from the
 * SR-IOV capability (PCI_SRIOV_VF_OFFSET, PCI_SRIOV_VF_STRIDE; Linux drivers/pci/iov.c, pci_iov_virtfn_bus).
 */
export function virtualFunctions(functions: readonly ReportedFunction[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const { address, capabilities } of functions) {
    const sriov = capabilities.find(({ text }) => text.startsWith('Single Root I/O Virtualization'))
    const [, count] = /Number of VFs: (\d+)/.exec(sriov?.lines.get('Initial VFs') ?? '') ?? []
    const [, offset, stride] = /^(\d+), stride: (\d+)/.exec(sriov?.lines.get('VF offset') ?? '') ?? []
    if (!sriov?.lines.get('IOVCtl')?.startsWith('Enable+') || count === undefined || offset === undefined)
      continue
    for (let i = 0; i < Math.min(Number(count), 0x10000); i++)
      found.set(withRoutingId(address, routingIdOf(address) + Number(offset) + i * Number(stride)), address)
  }
  return found
}

function routingIdOf(address: string): number {
  const [, bus, device, fn] = /:([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(address)!
  return (Number.parseInt(bus!, 16) << 8) | (Number.parseInt(device!, 16) << 3) | Number(fn)
}

function withRoutingId(address: string, id: number): string {
  const hex = (value: number) => value.toString(16).padStart(2, '0')
  return `${domainOf(address)}:${hex((id >> 8) & 0xff)}:${hex((id >> 3) & 0x1f)}.${id & 7}`
}
