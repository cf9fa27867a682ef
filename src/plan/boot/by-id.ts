import { type FileEdit, fileEdit, type Refusal, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import {
  kernelReleasePath,
  knownValue,
  type Machine,
  type PciFunction,
  type Unknown,
} from '../../machine/index.js'
import { type ByHand, byHand } from './by-hand.js'

const modprobeFile = '/etc/modprobe.d/handover.conf'

/**
 * Options on the kernel's command line come after those of files, and the last one counts (kmod 34, libkmod/libkmod-config.c
 * kmod_config_new); without ids vfio-pci takes nothing by itself (Linux 6.12, drivers/vfio/pci/vfio_pci.c vfio_pci_fill_ids).
 */
export const wayBackById =
  'Any entry of the boot menu starts without the change with vfio_pci.ids= (and nothing after it) added to its line.'

/**
 * What modprobe(8) and udev read so that vfio-pci takes functions by their ids, and is loaded before all modules that claim
 * one of them. Throws UnreadableError.
 */
export function planModprobe(host: Host, functions: readonly PciFunction[]): FileEdit | ByHand {
  const without = 'plan it without --by-id: it is then taken by its place'
  const release = textAt(host, kernelReleasePath)?.trim()
  const aliases = textAt(host, `/lib/modules/${release}/modules.alias`)
  if (aliases === null)
    return byHand(
      `there is no /lib/modules/${release}/modules.alias, which tells whose drivers these are`,
      without,
    )
  const modules = new Set<string>()
  for (const f of functions) {
    const driver = knownValue(f.driver)
    if (driver && host.readLink(`/sys/bus/pci/drivers/${driver}/module`).kind === 'absent')
      return byHand(
        `${driver}, the driver of ${f.address}, is built into the kernel, and has it before anything is loaded`,
        without,
      )
    const path = `/sys/bus/pci/devices/${f.address}/modalias`
    const alias = textAt(host, path)
    if (alias === null) return byHand(`there is no ${path}`, without)
    for (const module of claiming(aliases, alias.trim())) modules.add(module)
  }
  // What an earlier plan takes stays.
  const earlier = textAt(host, modprobeFile) ?? ''
  const had = /^options vfio-pci ids=(\S+)$/m.exec(earlier)?.[1]?.split(',') ?? []
  for (const [, module] of earlier.matchAll(/^softdep (\S+) pre: vfio-pci$/gm)) modules.add(module!)
  const ids = new Set([...had, ...functions.map(idsOf)])
  const softdeps = [...modules].sort().map((module) => `softdep ${module} pre: vfio-pci\n`)
  return fileEdit(
    host,
    modprobeFile,
    `# Written by handover; "handover undo" takes it away.
options vfio-pci ids=${[...ids].join(',')}
${softdeps.join('')}`,
  )
}

/** Modules with a pattern that matches: `*`, `?` and `[...]` as in fnmatch(3). depmod(8) writes a line `alias PATTERN MODULE` for each. */
function claiming(aliases: string, alias: string): readonly string[] {
  const bus = `alias ${alias.slice(0, 'pci:v'.length)}`
  return aliases
    .split('\n')
    .filter((line) => line.startsWith(bus))
    .map((line) => line.split(' '))
    .filter(([, pattern]) => globOf(pattern!).test(alias))
    .map(([, , module]) => module!)
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[^\w:*?[\]-]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`)
}

function idsOf({ vendor, device }: PciFunction): string {
  const hex = (id: number | undefined) => (id ?? 0).toString(16).padStart(4, '0')
  return `${hex(knownValue(vendor))}:${hex(knownValue(device))}`
}

/** Functions that stay with the host, and have the ids of one that leaves. */
export function equalsOf(machine: Machine, leaving: readonly PciFunction[]): readonly PciFunction[] {
  const ids = leaving.map(idsOf)
  return machine.functions.filter((f) => !leaving.includes(f) && ids.includes(idsOf(f)))
}

/** By ids vfio-pci would take those that stay, too. */
export function refuseEquals(machine: Machine, leaving: readonly PciFunction[]): readonly Refusal[] {
  const lift = { first: 'plan it without --by-id, by place' }
  const equals = equalsOf(machine, leaving).map((f): Refusal => {
    const [vendor, device] = idsOf(f).split(':')
    const folder = `/sys/bus/pci/devices/${f.address}`
    return {
      rule: 'same-ids',
      functions: [f.address],
      evidence: [
        { path: `${folder}/vendor`, value: `0x${vendor}` },
        { path: `${folder}/device`, value: `0x${device}` },
      ],
      unknown: [],
      reason: `it stays with the host, and has the ids ${idsOf(f)} of one that is to leave`,
      lift,
    }
  })
  const unread = machine.functions.flatMap((f): readonly Refusal[] => {
    const unknown = [f.vendor, f.device].filter((fact): fact is Unknown => 'unknown' in fact)
    const reason = 'it cannot be told whether it has the ids of one that is to leave'
    return unknown.length === 0
      ? []
      : [{ rule: 'unread', functions: [f.address], evidence: [], unknown, reason, lift }]
  })
  return [...equals, ...unread]
}
