import { type Connector, knownValue, type PciFunction } from '../../machine/index.js'
import type { Handover } from '../handover.js'
import { need } from '../outcomes.js'
import { remaining } from '../video/display.js'

/** What to do so that the host is seen, without the card or nevertheless. */
export function spareDisplay({ machine, device, leaving }: Handover): string {
  const others = remaining(machine, knownValue(leaving) ?? [device])
  const withoutOne = `work on the host over the network, and say so: handover bind ${device.address} --accept display`
  if (others.length === 0) return `add another card that shows the host, or ${withoutOne}`
  const sockets = need(machine.system.connectors)
  const plans = others.map((f) =>
    plan(
      f,
      sockets.filter(({ address }) => address === f.address),
    ),
  )
  return `${plans.join('; or ')}; or ${withoutOne}`
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
