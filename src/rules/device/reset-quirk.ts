import { passes, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { ownResets } from './own-resets.js'
import { portOf } from './places.js'
import { brokenResetsOf } from './reset-quirks.js'

export const resetQuirk: DeviceRule = {
  id: 'reset-quirk',
  title: 'Does Linux avoid the resets that do not work with it?',
  about: 'device',
  looksAt: [
    'vendor, device, class and revision',
    '/sys/bus/pci/devices/*/reset_method',
    'a table of what Linux knows',
  ],
  why: 'Some devices claim a reset that hangs them or does nothing. Linux has a list of those, and later releases have more of them; a release that does not know the device yet resets it that way.',
  fix: 'Write the other methods into reset_method before the device is handed over, or take a kernel that knows it.',
  sources: [
    'Linux drivers/pci/quirks.c quirk_no_flr, quirk_no_bus_reset, quirk_no_pm_reset, pci_dev_reset_methods',
    'Linux drivers/pci/pci-sysfs.c reset_method_store',
  ],
  atWorst: 'warning',
  check({ machine, device }) {
    const port = portOf(machine, device)
    const rows = brokenResetsOf(device, port)
    if (rows.length === 0) return passes('no reset is known not to work with it')
    const { methods, told, evidence } = ownResets(machine, device)
    const used = rows.flatMap((row) =>
      row.broken.filter((one) => methods.includes(one)).map((one) => ({ row, one })),
    )
    if (told === 'by its capabilities' || used.length === 0)
      return passes(
        `Linux avoids ${rows.map((row) => `${row.broken[0]}, which ${row.effect} (${row.name})`).join(', and ')}`,
        evidence,
      )
    const rest = methods.filter((method) => used.every(({ one }) => one !== method))
    return used.map(({ row, one }) =>
      warning(`a reset by ${one} ${row.effect}: ${row.name}`, evidence, {
        fix: `echo ${rest.length === 0 ? '' : `${rest.join(' ')} `}> ${attribute(device, 'reset_method')} (${row.source})`,
      }),
    )
  },
}
