import { chassisPath, isVfioDriver, sleepStatesPath, sleepTargets } from '../../machine/index.js'
import { need, needSome, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const hostSleep: DeviceRule = {
  id: 'host-sleep',
  title: 'Does the host stay awake while a machine has the device?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/driver',
    `${chassisPath}: a laptop sleeps when it is closed`,
    sleepStatesPath,
    ...sleepTargets,
  ],
  why: 'When the host sleeps, Linux saves the configuration space of a device at vfio-pci, lets it sleep and writes that back later. What else the device held is lost with its power, and neither vfio-pci nor QEMU tells the machine: its driver finds a device that has forgotten everything.',
  fix: 'Shut the machine down before the host sleeps, or keep the host awake while it runs: systemd-inhibit --what=sleep:handle-lid-switch COMMAND; for good: systemctl mask sleep.target.',
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_pm_ops: for runtime power management alone (6.1, 7.3)',
    'Linux drivers/pci/pci-driver.c pci_pm_suspend_noirq, pci_pm_resume_noirq',
    'Linux kernel/power/main.c state_show; systemd-inhibit(1); logind.conf(5) HandleLidSwitch=',
  ],
  atWorst: 'note',
  check({ machine: { system }, leaving }) {
    const bound = needSome(need(leaving), ({ driver }) =>
      'value' in driver ? { value: isVfioDriver(driver.value) } : driver,
    )
    const chassis = bound === undefined ? need(system.chassis) : null
    if (bound === undefined && chassis?.isPortable !== true)
      return notHere('no vfio driver has it now, and this is no laptop')
    const states = need(system.sleepStates)
    const found = seen(sleepStatesPath, states === null ? 'not there' : states.join(' '))
    if (states === null || states.length === 0) return passes('the host cannot sleep', found)
    const masked = need(system.maskedSleep)
    if (masked !== null) return passes('systemd keeps the host from sleeping', seen(masked, '-> /dev/null'))
    return bound === undefined
      ? note('this is a laptop, which sleeps when it is closed', [
          seen(chassisPath, String(chassis?.type)),
          found,
        ])
      : note('a vfio driver has it, and the host can sleep', [
          seen(`/sys/bus/pci/devices/${bound.address}/driver`, need(bound.driver)!),
          found,
        ])
  },
}
