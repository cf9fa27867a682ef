import { compareAddresses } from './address.js'
import type { Fact, Machine, PciFunction } from './machine.js'
import { knownValue } from './read.js'

/** What a person's DEVICE word means on a machine. */
export type Selection =
  /** One, or several that fit; sorted by address. */
  | { readonly kind: 'found'; readonly functions: readonly PciFunction[] }
  /** None. `unread`: so many functions could not be compared, since their ids or class are not known. */
  | { readonly kind: 'none'; readonly unread: number }
  /** Not the form of any DEVICE word. */
  | { readonly kind: 'not-a-device' }

/** Class words, by the base class and subclass they stand for (PCI Code and ID Assignment Specification, section 1). */
export const classWords: Readonly<
  Record<string, readonly { readonly mask: number; readonly code: number }[]>
> = {
  gpu: [{ mask: 0xff0000, code: 0x030000 }],
  usb: [{ mask: 0xffff00, code: 0x0c0300 }],
  nvme: [{ mask: 0xffff00, code: 0x010800 }],
  network: [{ mask: 0xff0000, code: 0x020000 }],
  audio: [
    { mask: 0xffff00, code: 0x040100 },
    { mask: 0xffff00, code: 0x040300 },
  ],
}

/**
 * Finds the functions that `word` names:
 * - an address: `0000:01:00.0`, `01:00.0` (segment 0), or a whole slot: `01:00`
 * - `vendor:device`: `10de:2206`
 * - a class word: `gpu`, `usb`, `nvme`, `network`, `audio`
 * - a path from the root bus, as `lspci -P` prints it: `00:01.0/00.0`, or as sysfs has it: `pci0000:00/0000:00:01.0/0000:01:00.0`
 */
export function selectFunctions(machine: Pick<Machine, 'functions'>, word: string): Selection {
  const text = word.trim().toLowerCase()
  const classes = Object.hasOwn(classWords, text) ? classWords[text] : undefined
  if (classes) {
    return select(machine, (f) => {
      const code = knownValue(f.class)
      return code === undefined ? undefined : classes.some((row) => (code & row.mask) === row.code)
    })
  }
  if (text.includes('/')) return selectByPath(machine, text)

  const slot = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{1,2}):([0-9a-f]{1,2})(?:\.([0-7]))?$/.exec(text)
  if (slot) {
    const [, domain = '0000', bus, device, fn] = slot
    const prefix = `${domain}:${bus!.padStart(2, '0')}:${device!.padStart(2, '0')}.`
    return select(machine, (f) =>
      fn === undefined ? f.address.startsWith(prefix) : f.address === prefix + fn,
    )
  }
  const ids = /^([0-9a-f]{4}):([0-9a-f]{4})$/.exec(text)
  if (ids) {
    const [vendor, device] = [Number.parseInt(ids[1]!, 16), Number.parseInt(ids[2]!, 16)]
    return select(machine, (f) =>
      'value' in f.vendor && 'value' in f.device
        ? f.vendor.value === vendor && f.device.value === device
        : undefined,
    )
  }
  return { kind: 'not-a-device' }
}

function selectByPath(machine: Pick<Machine, 'functions'>, text: string): Selection {
  // A path of sysfs names the root bus first; below a VMD controller another root bus begins.
  const parts = text.replace(/^.*pci[0-9a-f]{4,8}:[0-9a-f]{2}\//, '').split('/')
  if (!parts.every((part) => /^(([0-9a-f]{4,8}:)?[0-9a-f]{2}:)?[0-9a-f]{2}\.[0-7]$/.test(part)))
    return { kind: 'not-a-device' }
  const parents = new Map(machine.functions.map((f) => [f.address, f.parent]))
  return select(machine, (f) => {
    let at: Fact<string | null> = { value: f.address }
    for (const part of parts.toReversed()) {
      if ('unknown' in at) return undefined
      if (at.value === null || !(at.value === part || at.value.endsWith(`:${part}`))) return false
      at = parents.get(at.value) ?? { value: null }
    }
    return 'unknown' in at ? undefined : at.value === null
  })
}

/** `fits` gives undefined where a function's facts are not known. */
function select(
  machine: Pick<Machine, 'functions'>,
  fits: (f: PciFunction) => boolean | undefined,
): Selection {
  const functions: PciFunction[] = []
  let unread = 0
  for (const f of machine.functions) {
    const fit = fits(f)
    if (fit) functions.push(f)
    else if (fit === undefined) unread++
  }
  if (functions.length === 0) return { kind: 'none', unread }
  return { kind: 'found', functions: functions.sort((a, b) => compareAddresses(a.address, b.address)) }
}
