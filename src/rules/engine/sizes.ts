const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `8 MiB`, `15.5 GiB`: at most one digit behind the point, rounded down. */
export function sizeText(bytes: bigint): string {
  let step = 0
  while (step < units.length - 1 && bytes >= 1024n ** BigInt(step + 1)) step++
  const tenths = (bytes * 10n) / 1024n ** BigInt(step)
  return `${tenths / 10n}${tenths % 10n === 0n ? '' : `.${tenths % 10n}`} ${units[step]}`
}
