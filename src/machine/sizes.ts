const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

/** `256 MiB`, in the largest unit that divides it. */
export function sizeText(bytes: bigint): string {
  let size = bytes
  let unit = 0
  while (size >= 1024n && size % 1024n === 0n && unit < units.length - 1) {
    size /= 1024n
    unit++
  }
  return `${size} ${units[unit]}`
}

/** `8 MiB`, `15.5 GiB`: at most one digit behind the point, rounded down. */
export function roughSizeText(bytes: bigint): string {
  let step = 0
  while (step < units.length - 1 && bytes >= 1024n ** BigInt(step + 1)) step++
  const tenths = (bytes * 10n) / 1024n ** BigInt(step)
  return `${tenths / 10n}${tenths % 10n === 0n ? '' : `.${tenths % 10n}`} ${units[step]}`
}

/** Bytes of `512M`, `16G`, `1T`; undefined: not in that form. */
export function parseSize(text: string): bigint | undefined {
  const found = /^([1-9]\d{0,6})([MGT])$/.exec(text)
  return found ? BigInt(found[1]!) << { M: 20n, G: 30n, T: 40n }[found[2] as 'M' | 'G' | 'T'] : undefined
}
