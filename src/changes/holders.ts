import type { Host } from '../host/index.js'
import {
  closedFirst,
  type DeviceNode,
  deviceNodes,
  type Fact,
  findHolders,
  type Holder,
} from '../machine/index.js'
import { UnreadableError } from './errors.js'

/** The device nodes of a function. Throws {@link UnreadableError}. */
export function nodesOf(host: Host, address: string, driver: string | null): readonly DeviceNode[] {
  return mustKnow(deviceNodes(host, address, driver))
}

/** Those of them that have to be closed before the driver is told to let go. Throws {@link UnreadableError}. */
export function nodesToClose(host: Host, address: string, driver: string | null): readonly DeviceNode[] {
  return nodesOf(host, address, driver).filter((node) =>
    closedFirst.some((row) => row.subsystem === node.subsystem),
  )
}

/** Who uses the nodes. Throws {@link UnreadableError}. */
export function holdersOfNodes(host: Host, nodes: readonly DeviceNode[]): readonly Holder[] {
  return mustKnow(findHolders(host, nodes))
}

function mustKnow<T>(fact: Fact<T>): T {
  if ('unknown' in fact) throw new UnreadableError(fact.path, fact.unknown)
  return fact.value
}
