import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import type { Evidence, Unknown } from '../machine.js'
import { knownValue, parseLine, readFact, readList, readTarget } from '../read.js'

/** What storage stands on, at the bottom: PCI functions, other things, and what could not be followed. */
export interface Foundations {
  readonly functions: readonly { readonly address: string; readonly evidence: readonly Evidence[] }[]
  readonly elsewhere: readonly Evidence[]
  readonly unknown: readonly Unknown[]
}

export const nothing: Foundations = { functions: [], elsewhere: [], unknown: [] }
export const onFunction = (address: string, ...evidence: Evidence[]): Foundations => ({
  ...nothing,
  functions: [{ address, evidence }],
})
export const onElsewhere = (path: string, value: string): Foundations => ({
  ...nothing,
  elsewhere: [{ path, value }],
})
export const notFollowed = (path: string, unknown: string): Foundations => ({
  ...nothing,
  unknown: [{ unknown, path }],
})

/** All of these together, each reached by way of `evidence`. */
export function join(parts: readonly Foundations[], ...evidence: Evidence[]): Foundations {
  return {
    functions: parts.flatMap((part) =>
      part.functions.map((one) => ({ address: one.address, evidence: [...evidence, ...one.evidence] })),
    ),
    elsewhere: parts.flatMap((part) => part.elsewhere),
    unknown: parts.flatMap((part) => part.unknown),
  }
}

/** Block devices with nothing below them that a hand-over could take away. */
const inMemory = /^(zram|ram)\d+$/
const overNetwork = /^(nbd|rbd)\d+/

/** Follows block devices down to the PCI functions they stand on. */
export class BlockDevices {
  readonly #host: Host
  readonly #fileFoundations: (path: string) => Foundations
  readonly #known = new Map<string, Foundations>()
  #mapperNames: ReadonlyMap<string, string> | undefined

  /** `fileFoundations` says what a file stands on: a loop device is a file. */
  constructor(host: Host, fileFoundations: (path: string) => Foundations) {
    this.#host = host
    this.#fileFoundations = fileFoundations
  }

  /** `259:2` */
  ofNumber(number: string): Foundations {
    return this.#ofLink(`/sys/dev/block/${number}`)
  }

  /** The kernel's name of the device `259:2`: `nvme0n1p2`. */
  nameOfNumber(number: string): string | undefined {
    const path = knownValue(readTarget(this.#host, `/sys/dev/block/${number}`))
    return path?.slice(path.lastIndexOf('/') + 1)
  }

  /** `nvme0n1p2` */
  ofName(name: string): Foundations {
    return this.#ofLink(`/sys/class/block/${name.replaceAll('/', '!')}`)
  }

  /** `/dev/nvme0n1p2`, `/dev/mapper/vg-root`, `/dev/disk/by-uuid/...` */
  ofNode(path: string): Foundations {
    const name = this.nameOfNode(path)
    return name === undefined ? notFollowed(path, 'no block device of this name is known') : this.ofName(name)
  }

  /** The kernel's name of a device node: `/dev/mapper/vg-root` is `dm-0`. */
  nameOfNode(path: string): string | undefined {
    if (!path.startsWith('/dev/')) return undefined
    const name = path.slice('/dev/'.length).replaceAll('/', '!')
    if (knownValue(readTarget(this.#host, `/sys/class/block/${name}`))) return name
    if (path.startsWith('/dev/mapper/')) {
      const mapped = this.#mapper().get(path.slice('/dev/mapper/'.length))
      if (mapped !== undefined) return mapped
    }
    const target = knownValue(readTarget(this.#host, path))
    return target ? this.nameOfNode(target) : undefined
  }

  #mapper(): ReadonlyMap<string, string> {
    if (!this.#mapperNames) {
      const names = new Map<string, string>()
      for (const device of knownValue(readList(this.#host, '/sys/class/block')) ?? []) {
        if (!device.startsWith('dm-')) continue
        const name = knownValue(readFact(this.#host, `/sys/class/block/${device}/dm/name`, parseLine))
        if (name !== undefined) names.set(name, device)
      }
      this.#mapperNames = names
    }
    return this.#mapperNames
  }

  #ofLink(link: string): Foundations {
    const target = readTarget(this.#host, link)
    if ('unknown' in target) return { ...nothing, unknown: [target] }
    if (target.value === null) return notFollowed(link, 'absent')
    return join([this.#ofPath(target.value)], { path: link, value: target.value })
  }

  /** `path`: below /sys/devices. */
  #ofPath(path: string): Foundations {
    let found = this.#known.get(path)
    if (!found) {
      this.#known.set(path, notFollowed(path, 'it stands on itself'))
      found = this.#follow(path)
      this.#known.set(path, found)
    }
    return found
  }

  #follow(path: string): Foundations {
    const address = functionOfPath(path)
    if (address) return onFunction(address)
    // Of a partition (`.../block/md0/md0p1`) the disk is what stands on something.
    const disk = path.replace(/(\/block\/[^/]+)\/.*$/, '$1')
    const name = disk.slice(disk.lastIndexOf('/') + 1)
    if (inMemory.test(name)) return onElsewhere(path, 'in memory')
    if (overNetwork.test(name)) return onElsewhere(path, 'over the network')
    if (path.includes('/nvme-subsystem/')) return this.#ofSubsystem(path)
    if (/^loop\d+$/.test(name)) return this.#ofLoop(`${disk}/loop/backing_file`)
    // device mapper (crypt, LVM, multipath), md and bcache list what they stand on here.
    const slaves = readList(this.#host, `${disk}/slaves`)
    if ('unknown' in slaves) return { ...nothing, unknown: [slaves] }
    if (slaves.value?.length) {
      return join(
        slaves.value.map((slave) => join([this.ofName(slave)], { path: `${disk}/slaves`, value: slave })),
      )
    }
    if (path.includes('/session'))
      return notFollowed(path, 'iSCSI: which network card carries it is not told')
    if (path.includes('/virtual/'))
      return notFollowed(path, 'a virtual block device that does not say what it stands on')
    return onElsewhere(path, 'not on PCI')
  }

  #ofLoop(path: string): Foundations {
    const file = readFact(this.#host, path, (text) => text.replace(/\n$/, ''))
    if ('unknown' in file) return { ...nothing, unknown: [file] }
    return join([this.#fileFoundations(file.value)], { path, value: file.value })
  }

  /** With native multipath an NVMe disk belongs to a subsystem, which links to its controllers (drivers/nvme/host/core.c). */
  #ofSubsystem(path: string): Foundations {
    const folder = path.replace(/(\/nvme-subsystem\/[^/]+).*$/, '$1')
    const entries = readList(this.#host, folder)
    if ('unknown' in entries) return { ...nothing, unknown: [entries] }
    const controllers = (entries.value ?? []).filter((name) => /^nvme\d+$/.test(name))
    if (controllers.length === 0) return notFollowed(folder, 'an NVMe subsystem without controllers')
    return join(controllers.map((name) => this.#ofLink(`${folder}/${name}`)))
  }
}
