import { type Connector, knownValue, type PciFunction } from '../../machine/index.js'
import type { Handover } from '../handover.js'
import { need } from '../outcomes.js'
import { remaining } from '../video/display.js'

/** How the cards that stay could show the host; undefined: none stays that could. */
export function spareDisplay({ machine, device, leaving }: Handover): string | undefined {
  const others = remaining(machine, knownValue(leaving) ?? [device])
  if (others.length === 0) return undefined
  const sockets = need(machine.system.connectors)
  const plans = others.map((f) =>
    plan(
      f,
      sockets.filter(({ address }) => address === f.address),
    ),
  )
  return `${plans.join('; or ')}; or work on the host over the network, and say so: handover bind ${device.address} --accept display`
}

/** A card without a driver shows no sockets. */
function plan({ address, driver }: PciFunction, sockets: readonly Connector[]): string {
  const first = `and choose ${address} as the first display in the firmware setup`
  const names = (list: readonly Connector[]) =>
    list.map(({ name }) => name.replace(/^card\d+-/, '')).join(' or ')
  const connected = sockets.filter(({ isConnected }) => knownValue(isConnected) === true)
  if (connected.length > 0) return `switch on the display that is connected to ${names(connected)}, ${first}`
  if (sockets.length > 0) return `connect a display to ${names(sockets)}, ${first}`
  return `let its own driver (now ${knownValue(driver) ?? 'none'}) start, connect a display, ${first}`
}
