import { driverctlFolder } from '../../machine/index.js'
import { need, note, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule, Outcome } from '../rule.js'

export const driverctlOverride: DeviceRule = {
  id: 'driverctl-override',
  title: 'Does no other program choose the driver of what is handed over?',
  about: 'device',
  looksAt: [driverctlFolder],
  why: 'The program driverctl keeps a driver for a device in /etc/driverctl.d, and binds the device to it when it is found, at each start. What was to go to another driver, or to come back to the host, is bound to that again.',
  fix: 'Leave it to one of the two: driverctl unset-override ADDRESS.',
  sources: ['driverctl(8); its script, set_override and save_override; 05-driverctl.rules'],
  atWorst: 'warning',
  check({ machine: { system }, leaving }) {
    const drivers = need(system.driverctl)
    const found = need(leaving).flatMap(({ address }): Outcome[] => {
      const driver = drivers.get(address)
      if (driver === undefined) return []
      const evidence = seen(`${driverctlFolder}/pci-${address}`, driver)
      const fix = `driverctl unset-override ${address}`
      return [
        driver === 'vfio-pci'
          ? note(`driverctl binds ${address} to vfio-pci at each start`, evidence, {
              fix: `keep it so for a device that never returns to the host; else ${fix}`,
            })
          : warning(`driverctl binds ${address} to ${driver} at each start`, evidence, { fix }),
      ]
    })
    return found.length > 0 ? found : passes('driverctl keeps nothing for it')
  },
}
