import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import { readMachine } from '../machine/index.js'
import { checkDevice, families } from '../rules/index.js'
import { planBinding } from './plan-binding.js'

const [gpu, sound, nic] = ['0000:01:00.0', '0000:01:00.1', '0000:02:00.0']
const folder = (address: string) => `/sys/devices/pci0000:00/${address}`
const route = 'eth0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0\n'
const keyboard = `N: Name="K"\nS: Sysfs=${folder(sound).slice('/sys'.length)}/usb1/1-1/input/input5\nB: KEY=fffffffffffffffe\n\n`

/** What may be so on a host that keeps `handover bind` from taking the card, by the refusal that it makes. */
const reasons: Readonly<Record<string, (host: SimulatedHost) => void>> = {
  'root-disk': (host) => {
    const disk = `${folder(gpu)}/nvme/nvme0/nvme0n1`
    host.file('/proc/self/mountinfo', '1 1 259:1 / / rw - ext4 /dev/nvme0n1 rw\n')
    host.link('/sys/dev/block/259:1', `../..${disk.slice('/sys'.length)}`)
  },
  network: (host) => {
    host.link('/sys/class/net/eth0', `../../devices/pci0000:00/${sound}/net/eth0`)
    host.file('/proc/net/route', `Iface Destination\n${route}`)
  },
  keyboard: (host) => host.file('/proc/bus/input/devices', keyboard),
  display: (host) => {
    host.link('/sys/class/graphics/fb0', `../../devices/pci0000:00/${gpu}/graphics/fb0`)
    host.console('vtcon1', '(M) frame buffer device', true)
  },
  terminal: (host) => {
    host.link('/proc/self/fd/0', '/dev/ttyS4')
    host.link('/sys/class/tty/ttyS4', `../../devices/pci0000:00/${gpu}/tty/ttyS4`)
  },
  'mounts unread': (host) => host.deny('/proc/self/mountinfo'),
  'swaps unread': (host) => host.deny('/proc/swaps'),
  'routes unread': (host) => host.deny('/proc/net/route'),
  'keyboards unread': (host) => host.deny('/proc/bus/input/devices'),
  'no group': () => undefined,
  'virtual functions': () => undefined,
  'an override unread': (host) => host.deny(`${folder(sound)}/driver_override`),
  'no vfio-pci': (host) => {
    host.remove('/sys/bus/pci/drivers/vfio-pci')
    host.file('/proc/sys/kernel/modules_disabled', '0\n')
    host.folder('/lib/modules/6.1.0')
  },
}

/** The rules about what `bind` refuses: others ask for more than it does. */
const asked = families
  .filter(({ id }) => ['groups', 'device', 'use', 'kernel'].includes(id))
  .flatMap(({ rules }) => rules)

/** A computer with all that a hand-over needs, or so much less. */
function computer(names: readonly string[]) {
  const host = new SimulatedHost([
    {
      address: gpu,
      driver: 'amdgpu',
      class: 0x030000,
      ...(names.includes('no group') ? {} : { group: 1 }),
      virtualFunctions: names.includes('virtual functions') ? 2 : 0,
    },
    { address: sound, driver: 'snd_hda_intel', class: 0x040300, group: 1 },
    { address: nic, driver: 'e1000e', group: 2 },
  ])
  host.folder('/sys/module/vfio_iommu_type1')
  for (const name of names) reasons[name]!(host)
  const machine = readMachine(host)
  const device = machine.functions.find(({ address }) => address === gpu)!
  const { verdict } = checkDevice(machine, device, asked)
  return { verdict, refusals: planBinding(host, machine, [gpu]).refusals }
}

describe('what check says and what bind does', () => {
  it('agree where nothing is in the way', () => {
    expect(computer([])).toMatchObject({ verdict: 'ready', refusals: [] })
  })

  it.each(Object.keys(reasons))('agree: %s', (name) => {
    const { verdict, refusals } = computer([name])
    expect(refusals).not.toEqual([])
    expect(verdict).not.toBe('ready')
  })

  it('agree on every host: what is ready is not refused', () => {
    fc.assert(
      fc.property(fc.subarray(Object.keys(reasons)), (names) => {
        const { verdict, refusals } = computer(names)
        if (verdict === 'ready') expect(refusals).toEqual([])
      }),
    )
  })
})
