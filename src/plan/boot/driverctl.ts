import { type Configuration, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { Machine, PciFunction } from '../../machine/index.js'
import { type ByHand, byHand } from './by-hand.js'
import { equalsOf } from './by-id.js'

const program = '/usr/sbin/driverctl'
const folder = '/etc/driverctl.d'

/**
 * driverctl's own overrides, where it is in use: it would otherwise bring back the driver of an override that stands there. It
 * does so by address, and only after udev has seen the device, so this comes on top of the early binding.
 *
 * Source: driverctl 0.111, 0.115 and 0.121: driverctl save_override, set_override, 05-driverctl.rules, driverctl@.service.
 * Undefined: it is not in use. Throws UnreadableError.
 */
export function planDriverctl(
  host: Host,
  machine: Machine,
  leaving: readonly PciFunction[],
): Configuration | ByHand | undefined {
  if (textAt(host, program) === null || host.list(folder).kind !== 'value') return undefined
  const edits = leaving.map(({ address }) => fileEdit(host, `${folder}/pci-${address}`, 'vfio-pci\n'))
  // From 0.115 on it gives the ids to vfio-pci, which then takes every device with them that has no driver yet.
  const [equal] = equalsOf(machine, leaving)
  if (equal === undefined)
    return {
      kind: 'configuration',
      id: 'driverctl',
      title: 'overrides of driverctl: vfio-pci',
      edits,
      commands: [],
    }
  const against = edits.filter(({ before }) => before !== null)
  if (against.length === 0) return undefined
  return byHand(
    `driverctl has overrides of its own (${against.map(({ path, before }) => `${path}: ${before!.trim()}`).join('; ')}), and with vfio-pci in them may take ${equal.address} too, which has the same ids`,
    `driverctl --noprobe unset-override ${against.map(({ path }) => path.slice(`${folder}/pci-`.length)).join(', then ')}`,
  )
}
