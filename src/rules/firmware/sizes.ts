const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const

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

export function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}
