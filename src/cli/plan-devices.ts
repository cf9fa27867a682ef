import { type BindingPlan, planBinding } from '../changes/index.js'
import { liveHost } from '../host/index.js'
import { type RoleName, readMachine } from '../machine/index.js'
import type { Description } from '../vm/index.js'
import { refusalText } from './binding.js'
import { selectOne } from './choose.js'
import { bindingDocument } from './documents/binding.js'
import { requireBus } from './reading.js'
import type { Terminal } from './terminal.js'

/** The functions of a machine's devices, in their order, and what binds them. Throws where one is not there. */
export function planDevices(
  { devices }: Description,
  accept: readonly RoleName[],
): { readonly addresses: readonly string[]; readonly plan: BindingPlan } {
  const host = liveHost()
  const machine = readMachine(host)
  requireBus(machine.bus)
  const addresses = devices.map((device) => selectOne(machine, device.host).address)
  return { addresses, plan: planBinding(host, machine, addresses, { accept }) }
}

export function sayRefusals(terminal: Terminal, plan: BindingPlan): void {
  terminal.say(refusalText(bindingDocument(plan, null).refusals, terminal.columns))
}
