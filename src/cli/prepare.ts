import type { BindingPlan } from '../changes/index.js'
import type { RoleName } from '../machine/index.js'
import {
  type Description,
  descriptionFile,
  isFile,
  requireFiles,
  requireFirmware,
  requirePrograms,
  requireRootSlots,
} from '../vm/index.js'
import { CliError } from './errors.js'
import { requireFreeNow } from './free-now.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** All that a start needs, looked at. Plain data. */
export interface Prepared {
  /** The machine's name, or its file from any folder. */
  readonly word: string
  readonly description: Description
  /** The functions of its devices, in their order. */
  readonly addresses: readonly string[]
  readonly plan: BindingPlan
}

/** Looks at all that a start needs, and touches nothing. Throws; what is refused has then been said. */
export async function prepare(
  terminal: Terminal,
  word: string,
  description: Description,
  accept: readonly RoleName[],
): Promise<Prepared> {
  requireFiles(description)
  requirePrograms(description)
  requireFirmware(description)
  const ofDevices = description.devices.length > 0 ? await import('./plan-devices.js') : undefined
  const { addresses, plan } = ofDevices?.planDevices(description, accept) ?? noDevices
  requireRootSlots(description, addresses)
  requireFreeNow(terminal, description, addresses)
  if (plan.refusals.length > 0) {
    ofDevices!.sayRefusals(terminal, plan)
    throw new CliError(status.refused, `${description.name} was not started`)
  }
  return { word: isFile(word) ? descriptionFile(word) : word, description, addresses, plan }
}

/** A machine without devices asks nothing of the host's. */
const noDevices = {
  addresses: [],
  plan: { members: [], changes: [], refusals: [], accepted: [], notes: [] },
}
