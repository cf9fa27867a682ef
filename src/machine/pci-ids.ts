import type { Host } from '../host/index.js'
import type { PciFunction } from './machine.js'

/** Where distributions keep pci.ids: Debian, Arch; Fedora, openSUSE (package hwdata); Alpine, Gentoo. */
const paths = ['/usr/share/misc/pci.ids', '/usr/share/hwdata/pci.ids', '/usr/share/pci.ids']

/**
 * Names from pci.ids (its format is told in the file's own head: vendors at the margin, their devices one tab in,
 * subsystems two; then classes, `C 03`, in the same way). The file has 1.3 MB, a machine needs a few lines of it: so only
 * the blocks of the vendors asked for are looked at, found by a plain text search.
 */
export class PciIds {
  readonly #text: string
  readonly #blocks = new Map<string, string>()

  constructor(text: string) {
    // A leading newline lets every entry be found by what stands before it.
    this.#text = `\n${text}`
  }

  static read(host: Host): PciIds {
    for (const path of paths) {
      const read = host.readText(path)
      if (read.kind === 'value') return new PciIds(read.value)
    }
    return new PciIds('')
  }

  vendor(vendor: number): string | undefined {
    return firstLine(this.#block(hex(vendor, 4)))
  }

  device(vendor: number, device: number): string | undefined {
    return nameAt(this.#block(hex(vendor, 4)), `\n\t${hex(device, 4)}  `)
  }

  /** By vendor, device and both subsystem ids, as `lspci` looks it up first. */
  subsystem(
    vendor: number,
    device: number,
    subsystemVendor: number,
    subsystemDevice: number,
  ): string | undefined {
    const block = this.#block(hex(vendor, 4))
    const start = block.indexOf(`\n\t${hex(device, 4)}  `)
    if (start < 0) return undefined
    const next = block.slice(start + 2).search(/\n\t[0-9a-f]/)
    const own = next < 0 ? block.slice(start) : block.slice(start, start + 2 + next)
    return nameAt(own, `\n\t\t${hex(subsystemVendor, 4)} ${hex(subsystemDevice, 4)}  `)
  }

  /** The subclass's name, else the base class's. `code` has 24 bits. */
  class(code: number): string | undefined {
    const block = this.#block(`C ${hex(code >> 16, 2)}`)
    return nameAt(block, `\n\t${hex((code >> 8) & 0xff, 2)}  `) ?? firstLine(block)
  }

  /** From the entry's name to the next entry at the margin. Empty where there is no such entry. */
  #block(key: string): string {
    let block = this.#blocks.get(key)
    if (block === undefined) {
      const start = this.#text.indexOf(`\n${key}  `)
      if (start < 0) block = ''
      else {
        const from = start + key.length + 3
        let end = this.#text.indexOf('\n', from)
        while (end >= 0 && continues(this.#text.charCodeAt(end + 1))) end = this.#text.indexOf('\n', end + 1)
        block = this.#text.slice(from, end < 0 ? undefined : end)
      }
      this.#blocks.set(key, block)
    }
    return block
  }
}

/** All names of a function that pci.ids has. */
export function readNames(
  ids: PciIds,
  f: Pick<PciFunction, 'address' | 'vendor' | 'device' | 'class' | 'subsystemVendor' | 'subsystemDevice'>,
): PciFunction['names'] {
  const names: { vendor?: string; device?: string; class?: string; subsystem?: string } = {}
  const set = (key: keyof typeof names, name: string | undefined) => {
    if (name !== undefined) names[key] = name
  }
  if ('value' in f.vendor) {
    set('vendor', ids.vendor(f.vendor.value))
    if ('value' in f.device) {
      set('device', ids.device(f.vendor.value, f.device.value))
      const subsystem = [f.subsystemVendor, f.subsystemDevice].map((id) => ('value' in id ? id.value : null))
      if (subsystem[0] != null && subsystem[1] != null)
        set('subsystem', ids.subsystem(f.vendor.value, f.device.value, subsystem[0], subsystem[1]))
    }
  }
  if ('value' in f.class) set('class', ids.class(f.class.value))
  return names
}

/** A line that begins with a tab, a comment sign or nothing belongs to the entry above it. */
function continues(code: number): boolean {
  return code === 0x09 || code === 0x23 || code === 0x0a
}

function firstLine(block: string): string | undefined {
  const end = block.indexOf('\n')
  return (end < 0 ? block : block.slice(0, end)).trim() || undefined
}

function nameAt(block: string, before: string): string | undefined {
  const start = block.indexOf(before)
  return start < 0 ? undefined : firstLine(block.slice(start + before.length))
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
