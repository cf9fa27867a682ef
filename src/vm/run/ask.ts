import type { Fact } from '../../machine/index.js'
import { askLibvirt } from '../libvirt/domains.js'
import { socketsOf } from '../qemu/run.js'
import { askQemu, type QemuAnswer } from '../watch/qemu.js'
import { joinQmp } from './join.js'
import { runFolder } from './places.js'
import type { RunRecord } from './record.js'

/** What is said of a machine that runs: by QEMU, or by libvirt, whose alone QEMU's monitor is. */
export async function askMachine(run: RunRecord): Promise<Fact<QemuAnswer>> {
  if (run.through === 'libvirt') return askLibvirt(run.name)
  return askQemu(() => joinQmp(run), socketsOf(runFolder(run.name)).qmp)
}
