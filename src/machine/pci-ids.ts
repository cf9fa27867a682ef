import type { Host } from '../host/index.js'
import type { Names, PciFunction } from './machine.js'
import { knownValue, parseLine, readFact } from './read.js'

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

/** Looks names up: in pci.ids, and where that has none for a device, in what the host's text calls it. */
export class NameReader {
  readonly #host: Host
  readonly #ids: PciIds
  #hasPrinted: boolean | undefined

  constructor(host: Host) {
    this.#host = host
    this.#ids = PciIds.read(host)
  }

  namesOf(
    f: Pick<PciFunction, 'address' | 'vendor' | 'device' | 'class' | 'subsystemVendor' | 'subsystemDevice'>,
  ): Names {
    const [vendor, device, code] = [f.vendor, f.device, f.class].map(knownValue)
    const [ofVendor, ofDevice] = [f.subsystemVendor, f.subsystemDevice].map(knownValue)
    const known = vendor !== undefined && device !== undefined
    const name = known ? this.#ids.device(vendor, device) : undefined
    return present({
      vendor: vendor === undefined ? undefined : this.#ids.vendor(vendor),
      device: name,
      class:
        (code === undefined ? undefined : this.#ids.class(code)) ?? this.#printed(f.address, 'class-name'),
      subsystem:
        known && ofVendor && ofDevice ? this.#ids.subsystem(vendor, device, ofVendor, ofDevice) : undefined,
      printed: name === undefined ? this.#printed(f.address, 'name') : undefined,
    })
  }

  /** Pasted `lspci` text shows its own names in virtual files; no other host has that folder. */
  #printed(address: string, file: 'name' | 'class-name'): string | undefined {
    this.#hasPrinted ??= this.#host.list('/handover').kind !== 'absent'
    return this.#hasPrinted
      ? knownValue(readFact(this.#host, `/handover/lspci/${address}/${file}`, parseLine))
      : undefined
  }
}

/** Without the members that are undefined. */
function present(names: { readonly [K in keyof Names]: string | undefined }): Names {
  return Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined))
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
