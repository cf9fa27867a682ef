/** Address ranges as `lspci` prints them (pciutils lspci.c, show_bases, show_rom, show_range). */

export type Region = (
  | { readonly kind: 'io' }
  | { readonly kind: 'memory'; readonly width: string; readonly prefetchable: boolean }
) & {
  /** Undefined where the text has a word in its place. */
  readonly address: bigint | undefined
  readonly sizeBytes: bigint | undefined
  /** `virtual`: the kernel tells it, the device's register is empty; `enhanced`: from Enhanced Allocation. */
  readonly note: 'virtual' | 'enhanced' | 'unassigned' | 'ignored' | undefined
}

/** `Memory at f7d00000 (64-bit, non-prefetchable) [size=16K]`, `I/O ports at e000 [size=32]`. */
export function parseRegion(text: string): Region | undefined {
  const [, ports] = /(?:^|\] )I\/O ports at (.*)$/.exec(text) ?? []
  const common = {
    address: addressOf((ports ?? text.replace(/^.*?Memory at /, '')).trim()),
    sizeBytes: sizeOf(text),
    note: noteOf(text),
  }
  if (ports !== undefined) return { kind: 'io', ...common }
  const [, width, prefetchable] =
    /(?:^|\] )Memory at .*?\((32-bit|64-bit|low-1M|type 3), (non-)?prefetchable\)/.exec(text) ?? []
  return width === undefined
    ? undefined
    : { kind: 'memory', width, prefetchable: prefetchable === undefined, ...common }
}

function noteOf(text: string): Region['note'] {
  if (isVirtual(text)) return 'virtual'
  if (text.includes('[enhanced]')) return 'enhanced'
  if (text.includes('<unassigned>')) return 'unassigned'
  return /<ignored>|<broken|<invalid/.test(text) ? 'ignored' : undefined
}

export function isVirtual(text: string): boolean {
  return text.includes('[virtual]')
}

/** The hexadecimal number that the text begins with. */
export function addressOf(text: string): bigint | undefined {
  const [, address] = /^([0-9a-f]+)(?= |$)/.exec(text) ?? []
  return address === undefined ? undefined : BigInt(`0x${address}`)
}

/** `[size=256M]` in bytes. */
export function sizeOf(text: string): bigint | undefined {
  const [, number, unit] = /\[size=(\d+)([KMGT]?)\]/.exec(text) ?? []
  return number === undefined
    ? undefined
    : BigInt(number) << BigInt(10 * ['', 'K', 'M', 'G', 'T'].indexOf(unit ?? ''))
}
