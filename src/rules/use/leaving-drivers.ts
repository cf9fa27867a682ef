import { isVfioDriver, type PciFunction } from '../../machine/index.js'
import type { Handover } from '../handover.js'
import { need } from '../outcomes.js'

/**
 * The functions that would leave a driver of the host or be given to vfio-pci. `handover bind` refuses one of which this cannot be
 * told; so what asks for them is undecided then.
 */
export function leavingDrivers({ device, leaving }: Handover): readonly PciFunction[] {
  need(device.group)
  return need(leaving).filter((f) => {
    need(f.isBridge)
    need(f.driverOverride)
    return !isVfioDriver(need(f.driver))
  })
}
