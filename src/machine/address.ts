/** `0000:01:00.0`, or a VMD domain's `10000:e1:00.0`: domain, bus, device, function, as Linux names PCI functions. */
const pattern = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([01][0-9a-f])\.([0-7])$/

export function isAddress(text: string): boolean {
  return pattern.test(text)
}

/** The numbers in an address. `id`: bus, device and function in 16 bits, as IOMMUs know a function. */
export function parsedAddress(address: string) {
  const [, segment = '', bus = '', device = '', fn = ''] = pattern.exec(address) ?? []
  const numbers = {
    segment: Number.parseInt(segment, 16),
    bus: Number.parseInt(bus, 16),
    device: Number.parseInt(device, 16),
    function: Number.parseInt(fn, 16),
  }
  return { ...numbers, id: (numbers.bus << 8) | (numbers.device << 3) | numbers.function }
}

/** The address of a function by its numbers: `id` as in {@link parsedAddress}. */
export function addressOf(segment: number, id: number): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
  return `${hex(segment, 4)}:${hex(id >> 8, 2)}:${hex((id >> 3) & 31, 2)}.${id & 7}`
}

/** By domain, bus, device, function. Text order is wrong where domains have more than four digits. */
export function compareAddresses(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}

/** The PCI function that a path of /sys/devices lies under: the last address in it. */
export function functionOfPath(path: string): string | undefined {
  return path.split('/').findLast(isAddress)
}
