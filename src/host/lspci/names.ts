/**
 * From a name that `lspci` printed back to its number, by the pci.ids of the computer that this runs on. Several numbers
 * have one name in places: then there is no answer.
 */
export class PciNames {
  readonly #load: () => string | undefined
  #index: Index | undefined

  /** `load`: the text of pci.ids, asked for when the first name is looked up; undefined where there is none. */
  constructor(load: () => string | undefined) {
    this.#load = load
  }

  /**
   * `Intel Corporation I350 Gigabit Network Connection`; `Intel Corporation Device 9b53` needs the vendor alone.
   * `among`: the numbers that have this name, where one vendor gave it to several of its devices.
   */
  device(name: string): NamedDevice | undefined {
    const { vendors } = this.#read()
    const possible: { vendor: number; rest: string; block: string }[] = []
    for (let end = name.indexOf(' '); end > 0; end = name.indexOf(' ', end + 1))
      for (const one of vendors.get(name.slice(0, end)) ?? [])
        possible.push({ ...one, rest: name.slice(end + 1) })
    const found = possible.flatMap(({ vendor, rest, block }) =>
      devicesNamed(block, rest).map((device) => ({ vendor, device })),
    )
    if (found.length === 1) return found[0]
    const [first] = found
    if (first !== undefined && found.every(({ vendor }) => vendor === first.vendor))
      return { vendor: first.vendor, device: undefined, among: found.map(({ device }) => device) }
    // Not the vendor's alone either where a longer name may be meant.
    return possible.length === 1
      ? { vendor: possible[0]!.vendor, device: deviceNumber(possible[0]!.rest) }
      : undefined
  }

  /** `VGA compatible controller`: base class and subclass. */
  class(name: string): number | undefined {
    const codes = this.#read().classes.get(name) ?? []
    return codes.length === 1 ? codes[0] : undefined
  }

  #read(): Index {
    this.#index ??= indexOf(this.#load() ?? '')
    return this.#index
  }
}

export interface NamedDevice {
  readonly vendor: number
  readonly device: number | undefined
  readonly among?: readonly number[]
}

interface Index {
  /** By name; `block`: the lines of its devices, with a newline before and after each. */
  readonly vendors: ReadonlyMap<string, readonly { readonly vendor: number; readonly block: string }[]>
  readonly classes: ReadonlyMap<string, readonly number[]>
}

/** The format is told in the file's own head: vendors at the margin, devices one tab in, then classes likewise. */
function indexOf(text: string): Index {
  const vendors = new Map<string, { vendor: number; block: string }[]>()
  const classes = new Map<string, number[]>()
  const entries = [...text.matchAll(/^(?:([0-9a-f]{4})|C ([0-9a-f]{2})) {2}(.*)$/gm)]
  for (const [at, entry] of entries.entries()) {
    const [line, vendor, base, name] = entry
    const block = `${text.slice(entry.index + line.length, entries[at + 1]?.index ?? text.length)}\n`
    if (vendor !== undefined) add(vendors, name!, { vendor: Number.parseInt(vendor, 16), block })
    for (const [, sub, subName] of base === undefined ? [] : block.matchAll(/^\t([0-9a-f]{2}) {2}(.*)$/gm))
      add(classes, subName!, Number.parseInt(`${base}${sub}`, 16))
  }
  return { vendors, classes }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

function devicesNamed(block: string, name: string): number[] {
  const found: number[] = []
  const line = `  ${name}\n`
  for (let at = block.indexOf(line); at >= 0; at = block.indexOf(line, at + 1)) {
    const [, id] = /\n\t([0-9a-f]{4})$/.exec(block.slice(Math.max(0, at - 6), at)) ?? []
    if (id !== undefined) found.push(Number.parseInt(id, 16))
  }
  return found
}

/** `Device 9b53`: a device that lspci has no name for. */
export function deviceNumber(name: string): number | undefined {
  const [, id] = /^Device ([0-9a-f]{4})$/.exec(name) ?? []
  return id === undefined ? undefined : Number.parseInt(id, 16)
}
