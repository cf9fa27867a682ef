/**
 * Made PCI trees for the laboratory, from a seed, and the comparison of the groups that the kernel there makes of them with
 * those that the program predicts there.
 */
import { join } from 'node:path'
import { expect } from 'vitest'
import type { StartOptions } from '../../src/lab/index.js'
import { handover, top } from '../lab.js'

type Tree = string | { readonly [kind: string]: unknown }

/** The same numbers for the same seed (Marsaglia, Xorshift RNGs, 2003). */
function random(seed: number): (below: number) => number {
  let state = seed | 0 || 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** A tree for one slot of a root bus. */
export function drawTree(draw: (below: number) => number): Tree {
  // Mostly the one that has no driver: a driver takes seconds under software emulation.
  const endpoint = (): Tree => ['edu', 'edu', 'edu', 'audio'][draw(4)]!
  const card = (): Tree => {
    switch (draw(8)) {
      case 0:
        return { functions: Array.from({ length: 2 + draw(2) }, endpoint) }
      case 1:
        return { nvme: { sriov_max_vfs: 2 } }
      default:
        return endpoint()
    }
  }
  const behind = (depth: number): Tree => {
    switch (draw(depth > 0 ? 5 : 2)) {
      case 2:
      case 3:
        return { switch: { devices: Array.from({ length: 1 + draw(2) }, () => behind(depth - 1)) } }
      case 4:
        return { 'pci-bridge': { devices: Array.from({ length: 1 + draw(2) }, () => 'edu') } }
      default:
        return card()
    }
  }
  const port = (): Tree => ({
    // Without hot-plug firmware keeps no address space for what may come.
    'root-port': { acs: draw(3) > 0, hotplug: false, devices: [behind(2)] },
  })
  switch (draw(8)) {
    case 0:
      return { 'dmi-bridge': { devices: Array.from({ length: 1 + draw(2) }, () => 'edu') } }
    case 1:
      return { functions: Array.from({ length: 2 + draw(3) }, port) }
    case 2:
      return card()
    default:
      return port()
  }
}

/** Groups are made without drivers, and these take seconds each under software emulation, or a minute where DMA fails. */
const slowDrivers = 'nvme,snd_hda_intel'

/**
 * Switches two virtual functions on in each function that can have them, by a driver that does nothing else (Linux
 * drivers/pci/pci-pf-stub.c), and keeps other drivers off them. Where firmware left no address space for them the kernel
 * refuses (iov.c sriov_enable), and there are none.
 */
const makeVirtualFunctions = `modprobe pci-pf-stub || exit
for f in /sys/bus/pci/devices/*/sriov_numvfs; do
  [ -e "$f" ] || continue
  d=\${f%/sriov_numvfs}
  echo pci-pf-stub > $d/driver_override
  echo \${d##*/} > /sys/bus/pci/drivers_probe
  echo 0 > $d/sriov_drivers_autoprobe
  echo 2 > $f || echo "$f: none"
done`

/** Has vfio-pci take whatever has no driver: before Linux 6.15 that is when virtio-iommu gives it its group. */
const takeAll = `modprobe vfio-pci || exit
for d in /sys/bus/pci/devices/*; do
  [ -e $d/driver ] && continue
  echo vfio-pci > $d/driver_override
  echo \${d##*/} > /sys/bus/pci/drivers_probe
done`

/** Trees on the first root bus where there are more: its slots and bus numbers hold no more in any case. */
const firstBusTrees = 18

/** A root bus as it fills: trees stand in slots, and what is below them takes bus numbers (src/lab/qemu-arguments.ts). */
interface RootBus {
  readonly trees: Tree[]
  slots: number
  buses: number
}

/** How many buses are below a tree: firmware finds no end where there are more than there are numbers. */
function busesOf(tree: Tree): number {
  if (typeof tree === 'string') return 0
  const sum = (list: readonly Tree[]) => list.reduce((total, one) => total + busesOf(one), 0)
  return Object.entries(tree).reduce((total, [kind, node]) => {
    if (kind === 'functions') return total + sum(node as readonly Tree[])
    const { devices } = node as { readonly devices?: readonly Tree[] }
    if (devices === undefined) return total
    // Below a switch every device has a port of its own, and so has the switch.
    return total + 1 + sum(devices) + (kind === 'switch' ? devices.length : 0)
  }, 0)
}

/** Computers that hold so many trees together, each as many as go into it. */
export function drawComputers(seed: number, trees: number, iommu: 'intel' | 'amd' | 'virtio') {
  const draw = random(seed)
  const computers: RootBus[][] = []
  const empty = (): RootBus[] => [
    { trees: [], slots: firstBusTrees, buses: 80 },
    { trees: [], slots: 30, buses: 36 },
    { trees: [], slots: 30, buses: 36 },
  ]
  for (let left = trees; left > 0; left--) {
    const tree = drawTree(draw)
    const buses = busesOf(tree)
    // QEMU's further root buses take root ports only.
    const isPort = typeof tree === 'object' && 'root-port' in tree
    const fits = (bus: RootBus, i: number) => bus.slots > 0 && bus.buses >= buses && (i === 0 || isPort)
    let place = computers.at(-1)?.find(fits)
    if (place === undefined) {
      computers.push(empty())
      place = computers.at(-1)!.find(fits)!
    }
    place.trees.push(tree)
    place.slots--
    place.buses -= buses
  }
  return computers.map(([first, ...others]) => ({
    iommu,
    devices: [
      ...first!.trees,
      ...others.filter((bus) => bus.trees.length > 0).map((bus) => ({ 'root-bus': { devices: bus.trees } })),
    ],
  }))
}

interface Groups {
  readonly source: string
  readonly groups: readonly { readonly functions: readonly string[] }[]
  readonly ungrouped: readonly string[]
  readonly unknown: readonly unknown[]
  readonly premises: readonly { readonly kind: string }[]
}

/** Boots the computer, switches its virtual functions on, and expects the kernel's groups to be the predicted ones. */
export async function expectPredicted(
  computer: ReturnType<typeof drawComputers>[number],
  options: StartOptions = {},
): Promise<{ readonly functions: number; readonly ungroupedVirtual: number }> {
  const { startComputer, parseTopology } = (await import(
    join(top, 'dist/lab/index.js')
  )) as typeof import('../../src/lab/index.js')
  const topology = { append: `modprobe.blacklist=${slowDrivers}`, ...computer }
  const started = await startComputer(parseTopology(JSON.stringify(topology), 'a drawn computer'), {
    bootTimeoutMs: 600_000,
    ...options,
  }).catch((error: Error & { readonly detail?: string }) => {
    throw new Error(`${error.message}: ${error.detail}\n${JSON.stringify(computer)}`)
  })
  try {
    const { guest } = started
    await guest.succeed(makeVirtualFunctions)
    if (computer.iommu === 'virtio') await guest.run(takeAll)
    const list = await guest.succeed(
      'cd /sys/kernel/iommu_groups && for f in */devices/*; do echo "$f"; done; echo; ls /sys/bus/pci/devices',
    )
    const [inGroups = '', all = ''] = list.split('\n\n')
    const kernel = new Map<string, string[]>()
    for (const [, group, address] of inGroups.matchAll(/^(\d+)\/devices\/(.+)$/gm))
      kernel.set(group!, [...(kernel.get(group!) ?? []), address!])
    const addresses = all.trim().split('\n')
    const outside = addresses.filter((address) => ![...kernel.values()].flat().includes(address))

    const { stdout } = await guest.run(`${handover} groups --predict --json`)
    const predicted = JSON.parse(stdout) as Groups
    expect(predicted.source).toBe('predicted')
    expect(predicted.unknown).toEqual([])
    expect({
      groups: sorted(predicted.groups.map(({ functions }) => functions)),
      ungrouped: predicted.ungrouped.toSorted(),
    }).toEqual({ groups: sorted([...kernel.values()]), ungrouped: outside.toSorted() })
    // The tables are there, so nothing of them is taken for granted.
    expect(predicted.premises.filter(({ kind }) => kind === 'coverage by convention')).toEqual([])
    const virtual = await guest.succeed('cd /sys/bus/pci/devices && for f in */physfn; do dirname "$f"; done')
    return {
      functions: addresses.length,
      ungroupedVirtual: virtual
        .trim()
        .split('\n')
        .filter((address) => outside.includes(address)).length,
    }
  } finally {
    await started.stop()
  }
}

function sorted(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.map((list) => list.toSorted()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
}
