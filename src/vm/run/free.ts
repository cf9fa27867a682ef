import { closeSync, constants, openSync, realpathSync, statSync } from 'node:fs'
import type { Host } from '../../host/index.js'
import { hugePagesFolder, memoryPath, nodesFolder } from '../../machine/index.js'
import type { Description } from '../description/index.js'
import { isRunning, type RunRecord } from './record.js'

/** What a machine needs is taken, or there is not enough of it. Each problem is a sentence without its end. */
export class NotFreeError extends Error {
  override readonly name = 'NotFreeError'

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

export type Wanted = Pick<Description, 'name' | 'memoryBytes' | 'hugePageBytes' | 'memoryNode' | 'disks'>

/**
 * Throws {@link NotFreeError} where a device or a disk is in use, or memory does not fit. `addresses`: of its devices; `runs`:
 * all there are, its own among them.
 */
export function requireFree(
  wanted: Wanted,
  addresses: readonly string[],
  runs: readonly RunRecord[],
  host: Host,
): void {
  const others = runs.filter((run) => run.name !== wanted.name && isRunning(run))
  const problems = [
    ...doubleAddresses(addresses),
    ...othersDevices(addresses, others),
    ...disksInUse(wanted, others, host),
    ...memoryThatLacks(wanted, host),
  ]
  if (problems.length > 0) throw new NotFreeError(problems)
}

/** Two words of a description may mean one device. */
function doubleAddresses(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.filter((address, i) => addresses.indexOf(address) !== i))].map(
    (address) => `${address} stands twice among the devices`,
  )
}

function othersDevices(addresses: readonly string[], others: readonly RunRecord[]): readonly string[] {
  return others.flatMap((other) =>
    addresses
      .filter((address) => other.addresses.includes(address))
      .map((address) => `${address} is with the machine ${other.name}, which runs`),
  )
}

function disksInUse({ disks }: Wanted, others: readonly RunRecord[], host: Host): readonly string[] {
  return disks.flatMap(({ file, readonly }) => {
    const own = realPath(file)
    const other = others.find(({ disks: theirs }) =>
      theirs.some((disk) => disk.file === own && !(disk.readonly && readonly)),
    )
    if (other) return [`${file} is a disk of the machine ${other.name}, which runs`]
    return readonly ? [] : (inUse(own, host) ?? [])
  })
}

/** Links followed, as far as there is something. */
export function realPath(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}

/**
 * Whether something else has it: a block device that is mounted, or part of one, or of swap, LVM or RAID, does not let itself be
 * opened exclusively (open(2), O_EXCL; Linux block/bdev.c, bd_may_claim); a file that is another QEMU's disk is locked
 * (QEMU docs/system/qemu-block-drivers.rst.inc, "Disk image file locking").
 */
function inUse(file: string, host: Host): readonly string[] | undefined {
  const found = statSync(file, { throwIfNoEntry: false, bigint: true })
  if (found?.isBlockDevice()) {
    try {
      closeSync(openSync(file, constants.O_RDONLY | constants.O_EXCL))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EBUSY') return [`${file} is in use by the host: mounted, swap, or part of LVM or RAID`]
    }
    return undefined
  }
  if (!found?.isFile()) return undefined
  const locks = host.readText('/proc/locks')
  if (locks.kind !== 'value') return undefined
  const hex = (number: bigint) => number.toString(16).padStart(2, '0')
  // The device's major and minor number as glibc's <sys/sysmacros.h> takes them apart.
  const major = ((found.dev >> 8n) & 0xfffn) | ((found.dev >> 32n) & ~0xfffn)
  const minor = (found.dev & 0xffn) | ((found.dev >> 12n) & ~0xffn)
  const place = `${hex(major)}:${hex(minor)}:${found.ino}`
  const isLocked = locks.value
    .split('\n')
    .some((line) => line.includes('OFDLCK') && line.includes(` ${place} `))
  return isLocked ? [`${file} is in use: another program has locked it, as QEMU does with a disk`] : undefined
}

const gibibytes = (bytes: number | bigint) => `${(Number(bytes) / 1024 ** 3).toFixed(1)} GiB`

function memoryThatLacks({ memoryBytes, hugePageBytes, memoryNode }: Wanted, host: Host): readonly string[] {
  if (hugePageBytes !== undefined) {
    const folder = memoryNode === undefined ? hugePagesFolder : `${nodesFolder}/node${memoryNode}/hugepages`
    const path = `${folder}/hugepages-${hugePageBytes / 1024}kB/free_hugepages`
    const free = numberIn(host, path, /^(\d+)/)
    if (free === undefined) return [`how many huge pages are free is not known: ${path} cannot be read`]
    const needed = memoryBytes / hugePageBytes
    return free >= needed
      ? []
      : [
          `memory: ${needed} huge pages of ${hugePageBytes / 1024 ** 2} MiB are needed, and ${free} are free (${path}); handover plan --huge-pages sets them aside`,
        ]
  }
  if (memoryNode !== undefined) {
    const path = `${nodesFolder}/node${memoryNode}/meminfo`
    if (numberIn(host, path, /MemTotal: *(\d+) kB$/m) === undefined)
      return [`memory-node: there is no node ${memoryNode}, or ${path} cannot be read`]
  }
  const available = numberIn(host, memoryPath, /^MemAvailable: *(\d+) kB$/m)
  if (available === undefined) return [`how much memory is free is not known: ${memoryPath} cannot be read`]
  return available * 1024 >= memoryBytes
    ? []
    : [
        `memory: ${gibibytes(memoryBytes)} does not fit into the ${gibibytes(available * 1024)} that are available (${memoryPath}, MemAvailable)`,
      ]
}

function numberIn(host: Host, path: string, pattern: RegExp): number | undefined {
  const read = host.readText(path)
  const found = read.kind === 'value' ? pattern.exec(read.value)?.[1] : undefined
  return found === undefined ? undefined : Number(found)
}
