import { type Edits, edited, lab } from '../../../test/support/edited-host.js'
import { workstation, workstationFiles } from '../../../test/support/made-computers.js'
import { connector, igd, station } from '../../../test/support/made-displays.js'
import { denied, link, type Made, madeFunction, madeHost } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { useRules } from './index.js'

const [gpu, sound, disk, usb] = ['0000:01:00.0', '0000:01:00.1', '0000:02:00.0', '0000:00:14.0']
const on = (edits: Edits = {}) => edited(workstation(), { '/dev/null': '', ...edits })
const nvme = '../../devices/pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1'
const inMemory = '30 1 0:2 / / rw - tmpfs tmpfs rw\n'
const data = `${inMemory}31 30 259:2 / /data rw - ext4 /dev/nvme0n1p2 rw\n`
const swaps = (file: string) => `Filename\tType\tSize\tUsed\tPriority\n${file}\tpartition\t1\t0\t-2\n`
const nic = (address: string) => link(`../../devices/pci0000:00/0000:00:01.0/${address}/net/eth0`)
const route = (...names: readonly string[]) =>
  `Iface\tDestination\n${names.map((name) => `${name} 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0\n`).join('')}`
const keyboardAt = (...places: readonly string[]) =>
  places
    .map(
      (place) => `N: Name="Keyboard"\nS: Sysfs=/devices/${place}/input/input5\nB: KEY=fffffffffffffffe\n\n`,
    )
    .join('')
const igdFolder = '/sys/devices/pci0000:00/0000:00:02.0'
const dark = { '/sys/class/drm/card0-HDMI-A-1/enabled': 'disabled\n' }
const serial = (address: string) => link(`../../devices/pci0000:00/0000:00:01.0/${address}/tty/ttyS4`)

/** A DRM node of the card, and a process that has it open. */
const card = '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0'
const desktop: Readonly<Record<string, Made>> = {
  '/sys/dev/char/226:0': link('../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0'),
  [`${card}/uevent`]: 'MAJOR=226\nDEVNAME=dri/card0\n',
  [`${card}/subsystem`]: link('../../../../../../class/drm'),
  '/proc/812/comm': 'Xorg\n',
  '/proc/812/fd/9': link('/dev/dri/card0'),
}
const bound = {
  [`/sys/bus/pci/devices/${gpu}/driver`]: link('../../../../bus/pci/drivers/vfio-pci'),
  [`/sys/bus/pci/devices/${sound}/driver`]: link('../../../../bus/pci/drivers/vfio-pci'),
}

const desktopCase = { '/sys/class/dmi/id/chassis_type': '3\n' }
const laptop = { '/sys/class/dmi/id/chassis_type': '10\n' }
const states = { '/sys/power/state': 'freeze mem disk\n' }
const asleep = { ...bound, ...desktopCase, ...states }

const examples: Readonly<Record<string, readonly Example[]>> = {
  'root-disk': [
    { name: 'a video card', host: on(), gives: 'passes' },
    { name: 'the disk', host: on(), device: disk, gives: 'impossible', says: /259:2 on \/ type ext4/ },
    {
      name: 'no mounts to be read',
      host: on({ '/proc/self/mountinfo': denied }),
      gives: 'unknown',
      says: /denied/,
    },
    { name: 'handed over already', host: on(bound), gives: 'not here' },
    {
      name: 'a driver that cannot be told',
      host: on({ [`/sys/bus/pci/devices/${sound}/driver_override`]: denied }),
      gives: 'unknown',
      says: /driver_override/,
    },
  ],
  'mounted-disk': [
    { name: 'the root alone', host: on(), device: disk, gives: 'passes' },
    {
      name: 'another one',
      host: on({ '/proc/self/mountinfo': data }),
      device: disk,
      gives: 'step',
      says: /\/data/,
    },
    { name: 'no mounts to be read', host: on({ '/proc/self/mountinfo': denied }), gives: 'unknown' },
  ],
  'swap-disk': [
    { name: 'none', host: on(), device: disk, gives: 'passes' },
    {
      name: 'on the disk',
      host: on({
        '/proc/swaps': swaps('/dev/nvme0n1p3'),
        '/sys/class/block/nvme0n1p3': link(`${nvme}/nvme0n1p3`),
      }),
      device: disk,
      gives: 'step',
      says: /nvme0n1p3/,
    },
    { name: 'not to be read', host: on({ '/proc/swaps': denied }), gives: 'unknown' },
  ],
  'network-route': [
    { name: 'none', host: on(), gives: 'passes' },
    {
      name: 'the only one, through what goes with it',
      host: on({ '/sys/class/net/eth0': nic(sound), '/proc/net/route': route('eth0') }),
      gives: 'step',
      says: /0000:01:00.1 goes with it, and every default route goes through that one:/,
    },
    {
      name: 'one of two',
      host: on({
        '/sys/class/net/eth0': nic(gpu),
        '/sys/class/net/eth1': nic('0000:04:00.0'),
        '/proc/net/route': route('eth0', 'eth1'),
      }),
      gives: 'note',
      says: /another way out/,
    },
    { name: 'not to be read', host: on({ '/proc/net/route': denied }), gives: 'unknown' },
  ],
  'only-keyboard': [
    { name: 'a video card', host: on(), gives: 'passes' },
    { name: 'its controller', host: on(), device: usb, gives: 'step', says: /Logitech/ },
    {
      name: 'and one at PS/2',
      host: on({
        '/proc/bus/input/devices': keyboardAt('pci0000:00/0000:00:14.0/usb1/1-1', 'platform/i8042/serio0'),
      }),
      device: usb,
      gives: 'note',
    },
    { name: 'not to be read', host: on({ '/proc/bus/input/devices': denied }), gives: 'unknown' },
  ],
  'only-display': [
    { name: 'a card with a monitor', host: on(), gives: 'step', says: /HDMI-A-1.*add another card/s },
    { name: 'a card without', host: on(dark), gives: 'passes' },
    {
      name: 'another card has its display off',
      host: station({ ...igd(), ...connector('card1-DP-1', igdFolder, 'connected', 'disabled') }),
      gives: 'step',
      says: /switch on the display that is connected to DP-1, and choose 0000:00:02.0/,
    },
    {
      name: 'another card has outputs',
      host: station({
        ...igd(),
        ...connector('card1-DP-1', igdFolder, 'disconnected', 'disabled'),
        ...connector('card1-HDMI-A-1', igdFolder, 'unknown', 'disabled'),
      }),
      gives: 'step',
      says: /connect a display to DP-1 or HDMI-A-1/,
    },
    {
      name: 'another card has no driver of its own at work',
      host: station(madeFunction('0000:03:00.0', { class: 0x030000, driver: 'vfio-pci' })),
      gives: 'step',
      says: /now vfio-pci/,
    },
    {
      name: 'one of two',
      host: madeHost({
        ...workstationFiles,
        '/sys/class/drm/card1-DP-1': link('../../devices/pci0000:00/0000:00:02.0/drm/card1/card1-DP-1'),
        '/sys/devices/pci0000:00/0000:00:02.0/drm/card1/card1-DP-1/status': 'connected\n',
        '/sys/devices/pci0000:00/0000:00:02.0/drm/card1/card1-DP-1/enabled': 'enabled\n',
      }),
      gives: 'note',
      says: /goes dark/,
    },
    { name: 'not to be read', host: on({ ...dark, '/sys/class/vtconsole': denied }), gives: 'unknown' },
  ],
  'own-terminal': [
    { name: 'a pseudo-terminal', host: on({ '/proc/self/fd/0': link('/dev/pts/1') }), gives: 'passes' },
    {
      name: 'a serial port of the card',
      host: on({ '/proc/self/fd/0': link('/dev/ttyS4'), '/sys/class/tty/ttyS4': serial(gpu) }),
      gives: 'step',
      says: /ttyS4/,
    },
    { name: 'not to be read', host: on({ '/proc/self/fd/0': denied }), gives: 'unknown' },
  ],
  'device-holders': [
    { name: 'nobody', host: on(), gives: 'passes' },
    {
      name: 'a desktop',
      host: on(desktop),
      gives: 'warning',
      says: /Xorg \(process 812\) has it open.*card0/s,
    },
    {
      name: 'a volume on a disk',
      host: on({
        '/sys/dev/block/259:0': link(nvme),
        [`${nvme.replace('../../', '/sys/')}/uevent`]: 'DEVNAME=nvme0n1\n',
        [`${nvme.replace('../../', '/sys/')}/holders/dm-0`]: link('../../dm-0'),
      }),
      device: disk,
      gives: 'warning',
      says: /dm-0/,
    },
    {
      name: 'a process of another user',
      host: on({ ...desktop, '/proc/812/fd': denied }),
      gives: 'unknown',
      says: /812/,
    },
    { name: 'handed over already', host: on(bound), gives: 'not here' },
    { name: 'a recording', host: lab(), gives: 'not here', says: /not of a recording/ },
  ],
  'host-sleep': [
    { name: 'a desktop, at its driver', host: on(desktopCase), gives: 'not here' },
    { name: 'a desktop, at vfio-pci', host: on(asleep), gives: 'note', says: /driver = vfio-pci.*mem/s },
    { name: 'a laptop', host: on({ ...laptop, ...states }), gives: 'note', says: /chassis_type = 10/ },
    {
      name: 'a kernel that cannot sleep',
      host: on({ ...laptop, '/sys/power/state': '\n' }),
      gives: 'passes',
      says: /cannot sleep/,
    },
    { name: 'a kernel without', host: on({ ...laptop, '/sys/power/state': null }), gives: 'passes' },
    {
      name: 'forbidden',
      host: on({ ...asleep, '/etc/systemd/system/suspend.target': link('/dev/null') }),
      gives: 'passes',
      says: /suspend.target = -> /,
    },
    { name: 'not to be read', host: on({ ...asleep, '/sys/power/state': denied }), gives: 'unknown' },
    {
      name: 'a case that cannot be told',
      host: on({ '/sys/class/dmi/id/chassis_type': denied }),
      gives: 'unknown',
    },
  ],
}

describeRules(useRules, examples)
