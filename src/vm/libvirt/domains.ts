import { readFileSync, statSync } from 'node:fs'
import type { Fact } from '../../machine/index.js'
import { MachineError } from '../machine-error.js'
import { processOf, type RunRecord } from '../run/record.js'
import type { QemuAnswer } from '../watch/qemu.js'
import { readDomain } from './read-domain.js'
import { isGone, mayBeLibvirts, pidsFolder, virsh } from './virsh.js'

/** What libvirt has under a name; undefined: nothing. `file`: the description from which this program wrote it; null: it did not. */
export function domainFile(name: string): { readonly file: string | null } | undefined {
  const xml = dump(name)
  return xml === undefined ? undefined : readDomain(xml)
}

/** A domain that this program wrote, as a run: what it is now, or how it ended last. Undefined: there is none. */
export function domainRun(name: string): RunRecord | undefined {
  if (!mayBeLibvirts()) return undefined
  const xml = dump(name)
  return xml === undefined ? undefined : runOf(name, xml)
}

/** Those of all domains that this program wrote. */
export function domainRuns(): readonly RunRecord[] {
  if (!mayBeLibvirts()) return []
  try {
    const names = virsh(['list', '--all', '--name']).split('\n')
    return names.flatMap((name) => (name === '' ? [] : (domainRun(name) ?? [])))
  } catch (error) {
    if (isGone(error)) return []
    throw error
  }
}

/** What libvirt says of a domain that runs. */
export function askLibvirt(name: string): Fact<QemuAnswer> {
  try {
    const { kvm, memoryBytes, agent, addresses } = readDomain(virsh(['dumpxml', name]))
    return { value: { state: virsh(['domstate', name]).trim(), kvm, memoryBytes, agent, addresses } }
  } catch (error) {
    if (!(error instanceof MachineError)) throw error
    return { unknown: error.message, path: 'qemu:///system' }
  }
}

function dump(name: string): string | undefined {
  try {
    return virsh(['dumpxml', name])
  } catch (error) {
    // libvirt tools/virsh-util.c, virshLookupDomainInternal.
    if ((error as Error).message.includes('failed to get domain') || isGone(error)) return undefined
    throw error
  }
}

const pidFile = (name: string) => `${pidsFolder}/${name}.pid`

function runOf(name: string, xml: string): RunRecord | undefined {
  const { file, runs, kvm, ...facts } = readDomain(xml)
  // A number is taken for the one of a domain that runs.
  if (file === null || facts.name !== name) return undefined
  return {
    schema: 'handover.run/1',
    through: 'libvirt',
    name,
    file,
    startedAt: runs ? startOf(name) : null,
    watcher: null,
    kept: `by libvirt, as the domain ${name}`,
    qemu: runs ? domainProcess(name) : null,
    accelerator: kvm ? 'kvm' : 'tcg',
    addresses: facts.addresses,
    disks: facts.disks,
    memoryBytes: facts.memoryBytes,
    cpus: facts.cpus,
    arguments: [],
    journals: [],
    ended: runs ? null : endOf(name),
  }
}

/** `shut off (crashed)`: why it is not there (libvirt tools/virsh-domain-monitor.c, virshDomainShutoffReason). */
function endOf(name: string): RunRecord['ended'] {
  const said = virsh(['domstate', '--reason', name]).trim()
  const failed = /\((crashed|failed)\)$/.test(said)
  return { at: null, status: failed ? 1 : 0, failure: failed ? `libvirt says: ${said}` : null }
}

/** QEMU's process of a domain that runs. */
export function domainProcess(name: string): RunRecord['qemu'] {
  try {
    return processOf(Number.parseInt(readFileSync(pidFile(name), 'utf8'), 10))
  } catch {
    return null // it has just ended, or is being started
  }
}

function startOf(name: string): string | null {
  return statSync(pidFile(name), { throwIfNoEntry: false })?.mtime.toISOString() ?? null
}
