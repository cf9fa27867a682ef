import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import type { Evidence, RoleName } from '../machine.js'
import { knownValue, parseLine, readFact, readList, readTarget } from '../read.js'
import {
  BlockDevices,
  type Foundations,
  join,
  notFollowed,
  nothing,
  onElsewhere,
  onFunction,
} from './block.js'
import { type Mount, mountOf, overlayLayers, parseMounts, unescapeOctal } from './mounts.js'
import type { RoleFindings } from './search.js'

const mountinfo = '/proc/self/mountinfo'

/** File systems without a block device of their own, by what is done to find what they stand on. */
const kinds: Readonly<
  Record<string, 'memory' | 'network' | 'btrfs' | 'bcachefs' | 'overlay' | '9p' | 'virtiofs'>
> = {
  tmpfs: 'memory',
  ramfs: 'memory',
  rootfs: 'memory',
  nfs: 'network',
  nfs4: 'network',
  cifs: 'network',
  smb3: 'network',
  ceph: 'network',
  btrfs: 'btrfs',
  bcachefs: 'bcachefs',
  overlay: 'overlay',
  '9p': '9p',
  virtiofs: 'virtiofs',
}

/** Finds the functions below the root file system, the other mounted ones and the swap areas. */
export function findDisks(host: Host, findings: RoleFindings): void {
  const mounts = readMounts(host, mountinfo)
  if ('unknown' in mounts)
    for (const role of ['root-disk', 'mounted'] as const) findings.unknown(role, mounts)
  const disks = new Disks(host, knownValue(mounts) ?? [])

  if ('value' in mounts) {
    const root = mounts.value.findLast((mount) => mount.point === '/')
    if (root) note(findings, 'root-disk', disks.ofMount(root), mounted(root))
    else
      findings.unknown('root-disk', {
        unknown: 'nothing is mounted at /: is this a chroot?',
        path: mountinfo,
      })

    // Bind mounts and subvolumes show one file system many times: once is enough.
    const seen = new Set<string>(root ? [root.number] : [])
    for (const mount of mounts.value) {
      if (seen.has(mount.number) || !storesFiles(mount)) continue
      seen.add(mount.number)
      note(findings, 'mounted', disks.ofMount(mount), mounted(mount))
    }
    note(findings, 'mounted', disks.outOfSight())
  }

  const swaps = readFact(host, '/proc/swaps', parseSwaps)
  if ('unknown' in swaps) findings.unknown('swap', swaps)
  else
    for (const { file, type } of swaps.value) {
      const below = type === 'file' ? disks.ofFile(file) : disks.blocks.ofNode(file)
      note(findings, 'swap', below, { path: '/proc/swaps', value: file })
    }
}

function note(findings: RoleFindings, role: RoleName, below: Foundations, ...evidence: Evidence[]): void {
  for (const one of below.functions) findings.found(role, one.address, [...evidence, ...one.evidence])
  for (const one of below.elsewhere) findings.elsewhere(role, one)
  for (const one of below.unknown) findings.unknown(role, one)
}

function mounted({ point, number, type, source }: Mount): Evidence {
  return { path: mountinfo, value: `${number} on ${point} type ${type} from ${source}` }
}

/** Leaves out what has nothing below it: proc, sysfs, tmpfs, a FUSE mount, ... */
function storesFiles(mount: Mount): boolean {
  const kind = kinds[mount.type]
  if (kind === 'memory' || kind === 'network' || kind === 'overlay') return false
  return !mount.number.startsWith('0:') || kind !== undefined || mount.type === 'zfs'
}

function readMounts(host: Host, path: string) {
  return readFact(host, path, (text) => (text === '' ? undefined : parseMounts(text)))
}

/** Header, then `Filename Type Size Used Priority` (proc(5)). */
function parseSwaps(text: string): readonly { readonly file: string; readonly type: string }[] {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .flatMap(([file, type]) => (file && type ? [{ file: unescapeOctal(file), type }] : []))
}

class Disks {
  readonly blocks: BlockDevices
  readonly #host: Host
  readonly #mounts: readonly Mount[]

  constructor(host: Host, mounts: readonly Mount[]) {
    this.#host = host
    this.#mounts = mounts
    this.blocks = new BlockDevices(host, (path) => this.ofFile(path))
  }

  ofFile(path: string): Foundations {
    const mount = mountOf(this.#mounts, path)
    return mount ? this.ofMount(mount) : notFollowed(path, `not below any mount in ${mountinfo}`)
  }

  ofMount(mount: Mount): Foundations {
    if (!mount.number.startsWith('0:')) return this.blocks.ofNumber(mount.number)
    switch (kinds[mount.type]) {
      case 'memory':
        return onElsewhere(mountinfo, `${mount.type} on ${mount.point}: in memory`)
      case 'network':
        return onElsewhere(mountinfo, `${mount.type} on ${mount.point}: over the network`)
      case 'btrfs':
        return this.#ofBtrfs(mount)
      case 'bcachefs': // all its devices stand in the source, with colons between them
        return join(mount.source.split(':').map((node) => this.blocks.ofNode(node)))
      case 'overlay':
        return this.#ofOverlay(mount)
      case '9p':
        return this.#ofTag(mount, '/sys/bus/virtio/drivers/9pnet_virtio', 'mount_tag')
      case 'virtiofs':
        return this.#ofTag(mount, '/sys/fs/virtiofs', 'tag')
      default:
        return notFollowed(mountinfo, `${mount.type} on ${mount.point} does not say which disks it stands on`)
    }
  }

  /**
   * Block devices with a file system that is mounted somewhere, but nowhere that this process sees: by a container, or on
   * the host when this is one. These file systems show every mounted one of theirs in sysfs (Linux fs/ext4/sysfs.c and so on).
   */
  outOfSight(): Foundations {
    const inSight = new Set(
      this.#mounts.map(({ number, source }) =>
        number.startsWith('0:') ? this.blocks.nameOfNode(source) : this.blocks.nameOfNumber(number),
      ),
    )
    const parts: Foundations[] = []
    for (const type of ['ext4', 'xfs', 'f2fs', 'erofs', 'btrfs']) {
      const folder = `/sys/fs/${type}`
      const entries = readList(this.#host, folder)
      if ('unknown' in entries) parts.push({ ...nothing, unknown: [entries] })
      for (const entry of knownValue(entries) ?? []) {
        const path = type === 'btrfs' ? `${folder}/${entry}/devices` : folder
        const names = type === 'btrfs' ? this.#names(path) : [entry]
        if (names.some((name) => inSight.has(name))) continue
        for (const name of names) {
          if (this.blocks.nameOfNode(`/dev/${name}`) !== name) continue // `features` and the like
          parts.push(
            join([this.blocks.ofName(name)], { path, value: `${name} is mounted, out of sight here` }),
          )
        }
      }
    }
    return join(parts)
  }

  #names(folder: string): readonly string[] {
    return knownValue(readList(this.#host, folder)) ?? []
  }

  /** A btrfs may span disks; all of them are listed under the file system's UUID (Linux fs/btrfs/sysfs.c). */
  #ofBtrfs(mount: Mount): Foundations {
    const folder = '/sys/fs/btrfs'
    const name = this.blocks.nameOfNode(mount.source)
    if (name === undefined) return notFollowed(mount.source, 'no block device of this name is known')
    for (const uuid of this.#names(folder)) {
      const path = `${folder}/${uuid}/devices`
      const devices = this.#names(path)
      if (devices.includes(name))
        return join(devices.map((device) => join([this.blocks.ofName(device)], { path, value: device })))
    }
    return join([
      this.blocks.ofName(name),
      notFollowed(folder, `the other disks of ${mount.point}, if any, are not told`),
    ])
  }

  /**
   * Layers were named as whoever mounted them saw them. Where that was an initramfs, its mounts are no longer in sight
   * from here, but kernel threads never left it.
   */
  #ofOverlay(mount: Mount): Foundations {
    const layers = overlayLayers(mount.options)
    if (layers.length === 0)
      return notFollowed(mountinfo, `the overlay on ${mount.point} does not tell its layers`)
    return join(
      layers.map((layer) => {
        const evidence = { path: mountinfo, value: `layer ${layer}` }
        const here = this.#exists(layer) ? mountOf(this.#mounts, layer) : undefined
        if (here && here.number !== mount.number) return join([this.ofMount(here)], evidence)
        const before = this.#mountsBefore()
        const there = before && mountOf(before, layer)
        if (there && there.number !== mount.number) return join([this.ofMount(there)], evidence)
        return notFollowed(
          mountinfo,
          `the overlay on ${mount.point} has a layer ${layer} that is out of sight here`,
        )
      }),
    )
  }

  /** Asking what a folder links to is the smallest question whose answer tells "not there" from all else. */
  #exists(folder: string): boolean {
    const { kind } = this.#host.readLink(folder)
    return kind === 'value' || kind === 'error'
  }

  /** The mounts that kthreadd sees: process 2, unless this runs in a container of its own processes. */
  #mountsBefore(): readonly Mount[] | undefined {
    if (knownValue(readFact(this.#host, '/proc/2/comm', parseLine)) !== 'kthreadd') return undefined
    return knownValue(readMounts(this.#host, '/proc/2/mountinfo'))
  }

  /** The source of a 9p or virtiofs mount is a tag; the virtio device that offers it shows it (net/9p, fs/fuse). */
  #ofTag(mount: Mount, folder: string, file: string): Foundations {
    const entries = this.#names(folder)
    for (const entry of entries) {
      const path = `${folder}/${entry}/${file}`
      // The 9p tag comes with its terminating NUL (Linux net/9p/trans_virtio.c, p9_mount_tag_show).
      const tag = knownValue(readFact(this.#host, path, parseLine))?.replace(/\0$/, '')
      if (tag !== mount.source) continue
      const link = file === 'tag' ? `${folder}/${entry}/device` : `${folder}/${entry}`
      const target = knownValue(readTarget(this.#host, link))
      const address = target && functionOfPath(target)
      if (address) return onFunction(address, { path, value: mount.source }, { path: link, value: target })
    }
    return notFollowed(folder, `no virtio device is known that offers ${mount.type} "${mount.source}"`)
  }
}
