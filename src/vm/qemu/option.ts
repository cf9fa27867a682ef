/** One option of QEMU: `head,name=value,...`; what is undefined is left out. */
export function list(
  head: string,
  properties: Readonly<Record<string, string | number | undefined>>,
): string {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined)
  return [head, ...given.map(([name, value]) => `${name}=${escaped(String(value))}`)].join(',')
}

/** A comma inside a value is doubled (QEMU util/keyval.c). */
export function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}
