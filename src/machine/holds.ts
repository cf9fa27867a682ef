import type { Host } from '../host/index.js'
import { functionOfPath } from './address.js'
import type { Held } from './machine.js'
import { knownValue, readList, readTarget } from './read.js'

/** Where the kernel lists its things by kind (Documentation/ABI), and which names there stand for a thing of their own. */
const kinds: readonly { readonly kind: string; readonly folder: string; readonly names: RegExp }[] = [
  { kind: 'block', folder: '/sys/block', names: /^(?!loop|ram|zram|dm-|md|nbd)/ },
  { kind: 'net', folder: '/sys/class/net', names: /^(?!lo$)/ },
  { kind: 'drm', folder: '/sys/class/drm', names: /^card\d+$/ },
  { kind: 'graphics', folder: '/sys/class/graphics', names: /^fb\d+$/ },
  { kind: 'sound', folder: '/sys/class/sound', names: /^card\d+$/ },
  { kind: 'usb', folder: '/sys/bus/usb/devices', names: /^usb\d+$/ },
  { kind: 'nvme', folder: '/sys/class/nvme', names: /^nvme\d+$/ },
  { kind: 'infiniband', folder: '/sys/class/infiniband', names: /./ },
  { kind: 'video4linux', folder: '/sys/class/video4linux', names: /^video\d+$/ },
]

/** What hangs on each function, by its address. A kind that cannot be listed is left out: this names, it concludes nothing. */
export function readHolds(host: Host): ReadonlyMap<string, readonly Held[]> {
  const holds = new Map<string, Held[]>()
  for (const { kind, folder, names } of kinds) {
    for (const name of knownValue(readList(host, folder)) ?? []) {
      if (!names.test(name)) continue
      const target = knownValue(readTarget(host, `${folder}/${name}`))
      const address = target && functionOfPath(target)
      if (!address) continue
      const list = holds.get(address)
      if (list) list.push({ kind, name })
      else holds.set(address, [{ kind, name }])
    }
  }
  return holds
}
