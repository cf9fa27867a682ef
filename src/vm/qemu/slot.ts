/** `0000:01:00` of `0000:01:00.0`. */
export function slotOf(address: string): string {
  return address.slice(0, address.lastIndexOf('.'))
}

function functionOf(address: string): number {
  return Number.parseInt(address.slice(address.lastIndexOf('.') + 1), 16)
}

/**
 * Functions of one slot of the host, sorted, each with its number in the machine's slot. Function 0 must be there, as no system
 * looks for others without it: where the host's is not among them, they count from 0.
 */
export function numbered<T extends { readonly address: string }>(
  functions: readonly T[],
): readonly (T & { readonly number: number })[] {
  const sorted = functions.toSorted((a, b) => functionOf(a.address) - functionOf(b.address))
  const keeps = functionOf(sorted[0]!.address) === 0
  return sorted.map((one, index) => ({ ...one, number: keeps ? functionOf(one.address) : index }))
}
