import { fileEdit, textAt } from '../../changes/index.js'
import { byHand } from './by-hand.js'
import { takeScript } from './early.js'
import { earlyBinding, type InitramfsMaker } from './maker.js'

const script = '/etc/handover/take-early'
const unit = '/etc/systemd/system/handover-early.service'
/** In place of the link that `systemctl enable` would make. */
const wants = '/etc/systemd/system/sysinit.target.d/handover.conf'
const udevUnits = [
  '/usr/lib/systemd/system/systemd-udevd.service',
  '/lib/systemd/system/systemd-udevd.service',
]

/**
 * After the initramfs, or without one: a unit before udev, which loads the drivers that are modules. A driver that is built into
 * the kernel has the device by then, and is unbound.
 *
 * No udev rule, since rules of several devices run at the same time: a device's driver can be there, loaded for another device,
 * before its own rule sets driver_override.
 */
export const beforeUdev: InitramfsMaker = {
  id: 'before-udev',
  name: 'systemd, before udev',
  source:
    'systemd 252 and 257: units/systemd-udevd.service, systemd-udev-trigger.service, systemd.unit(5); udev(7), rules.d/80-drivers.rules',
  installed: (host) => udevUnits.find((path) => textAt(host, path) !== null),
  plan(host, functions) {
    if (beforeUdev.installed(host) === undefined)
      return byHand(
        'systemd was not found',
        `have vfio-pci written to driver_override of ${functions.map(({ path }) => path).join(', ')} before udev starts`,
      )
    return earlyBinding(
      beforeUdev.name,
      [
        fileEdit(host, script, takeScript(functions)),
        fileEdit(host, unit, unitText),
        fileEdit(host, wants, wantsText),
      ],
      [],
    )
  },
  planById: (_, modprobe) => earlyBinding('modprobe.d, by id', [modprobe], []),
}

const unitText = `# Written by handover; "handover undo" takes it away.
[Unit]
Description=Give devices to vfio-pci before their drivers are loaded
DefaultDependencies=no
Before=sysinit.target systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service

[Service]
Type=oneshot
ExecStart=/bin/sh ${script}
`

const wantsText = `# Written by handover; "handover undo" takes it away.
[Unit]
Wants=handover-early.service
`
