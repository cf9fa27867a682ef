import type { Fact } from '../../machine/index.js'
import { dmaBytes, type QemuAnswer, rates, type Sample } from '../../vm/index.js'
import type { ActivityDocument } from '../schemas/activity.js'
import { mapFact } from './common.js'

/** A machine between two looks. */
export function activityDocument(
  { name, pid }: { readonly name: string; readonly pid: number },
  qemu: Fact<QemuAnswer>,
  before: Sample,
  after: Sample,
): ActivityDocument {
  const addresses = after.devices.map(({ address }) => address)
  return {
    schema: 'handover.activity/1',
    machine: name,
    pid,
    seconds: (after.atMs - before.atMs) / 1000,
    qemu: mapFact(qemu, ({ state, kvm, agent, memoryBytes }) => ({
      ...{ state, kvm, agent },
      memoryBytes: String(memoryBytes),
    })),
    memory: mapFact(after.memory, (memory) => ({
      dmaBytes: String(dmaBytes(memory)),
      lockedBytes: String(memory.lockedBytes),
      pinnedBytes: String(memory.pinnedBytes),
    })),
    faults: mapFact(after.faults, ({ faults, sinceStart }) => ({
      sinceStart,
      list: faults.map((fault) => ({
        ...fault,
        ofMachine: fault.device !== null && addresses.includes(fault.device),
      })),
    })),
    // Only KVM posts interrupts.
    uncounted: 'value' in qemu && !qemu.value.kvm ? { value: null } : after.posting,
    devices: rates(before, after).map((device) => ({
      ...device,
      interrupts: mapFact(
        device.interrupts,
        (found) => found && { ...found, sharedWith: [...found.sharedWith] },
      ),
      busErrors: mapFact(device.busErrors, (errors) => errors?.map((error) => ({ ...error })) ?? null),
    })),
  }
}
