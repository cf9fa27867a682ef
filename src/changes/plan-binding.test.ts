import { describe, expect, it } from 'vitest'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import { neededRoles, type PciFunction, readMachine } from '../machine/index.js'
import type { DriverBinding } from './change.js'
import { NoSuchFunctionError } from './errors.js'
import { planBinding, planReturn } from './plan-binding.js'

const root = '0000:00:01.0'
const gpu = '0000:01:00.0'
const sound = '0000:01:00.1'
const nic = '0000:02:00.0'

/** A card of two functions and its root port in one group, and a network card of its own. */
function workstation(): SimulatedHost {
  return new SimulatedHost([
    { address: root, bridge: true, driver: 'pcieport', group: 1 },
    { address: gpu, driver: 'amdgpu', class: 0x030000, group: 1 },
    { address: sound, driver: 'snd_hda_intel', class: 0x040300, group: 1 },
    { address: nic, driver: 'e1000e', group: 2 },
  ])
}

function plan(
  host: SimulatedHost,
  addresses: readonly string[],
  accept: Parameters<typeof planBinding>[3] = {},
) {
  return planBinding(host, readMachine(host), addresses, accept)
}

const bindings = (changes: readonly { kind: string }[]) =>
  changes.filter((change): change is DriverBinding => change.kind === 'driver-binding')

/** What a plan reads of a function, as plain data. */
function knownOf(f: PciFunction): PciFunction {
  const { address, driver, driverOverride, group, isBridge, sriov, bootVga, holds, class: code } = f
  return {
    address,
    driver,
    driverOverride,
    group,
    isBridge,
    sriov,
    bootVga,
    holds,
    class: code,
  } as unknown as PciFunction
}

describe('planBinding', () => {
  it('takes every endpoint of the group, the last function of a card first, and leaves bridges', () => {
    const { members, changes, refusals } = plan(workstation(), [gpu])
    expect(refusals).toEqual([])
    expect(members.map(({ address, fate, because, asked }) => [address, fate, because, asked])).toEqual([
      [root, 'stays', 'bridge', false],
      [gpu, 'to-vfio-pci', undefined, true],
      [sound, 'to-vfio-pci', undefined, false],
    ])
    expect(changes).toEqual([
      {
        kind: 'driver-binding',
        address: sound,
        before: { driver: 'snd_hda_intel', override: null },
        after: { driver: 'vfio-pci', override: 'vfio-pci' },
      },
      {
        kind: 'driver-binding',
        address: gpu,
        before: { driver: 'amdgpu', override: null },
        after: { driver: 'vfio-pci', override: 'vfio-pci' },
      },
    ])
  })

  it('gives functions without a driver to vfio-pci, and leaves those that keep no group from being handed over', () => {
    const host = new SimulatedHost([
      { address: gpu, driver: 'amdgpu', group: 1 },
      { address: sound, group: 1 },
      { address: '0000:01:00.2', driver: 'pci-stub', group: 1 },
      { address: '0000:01:00.3', driver: 'mlx5_vfio_pci', group: 1 },
    ])
    expect(plan(host, [gpu]).members.map(({ fate, because }) => [fate, because])).toEqual([
      ['to-vfio-pci', undefined],
      ['to-vfio-pci', undefined],
      ['stays', 'viable'],
      ['stays', 'handed-over'],
    ])
  })

  it('takes the driver from a host or ISA bridge of the group, but never gives it to vfio-pci', () => {
    const isa = '0000:00:1f.0'
    const functions = [
      { address: isa, driver: 'lpc_ich', class: 0x060100, group: 3 },
      { address: '0000:00:1f.3', driver: 'snd_hda_intel', class: 0x040300, group: 3 },
    ]
    const sibling = plan(new SimulatedHost(functions), ['0000:00:1f.3'])
    expect(bindings(sibling.changes).map(({ address, after }) => [address, after])).toEqual([
      ['0000:00:1f.3', { driver: 'vfio-pci', override: 'vfio-pci' }],
      [isa, { driver: null, override: 'none' }],
    ])
    const asked = plan(new SimulatedHost(functions), [isa])
    expect(asked.refusals).toMatchObject([{ rule: 'bridge', functions: [isa] }])
  })

  it('plans nothing for what is handed over already', () => {
    const host = new SimulatedHost([{ address: gpu, driver: 'vfio-pci', override: 'vfio-pci', group: 1 }])
    expect(plan(host, [gpu])).toMatchObject({ changes: [], refusals: [] })
  })

  it('loads vfio-pci first where it is not there, and refuses where the kernel has none', () => {
    const host = new SimulatedHost([{ address: gpu, driver: 'amdgpu', group: 1 }], [])
    expect(plan(host, [gpu]).changes[0]).toEqual({
      kind: 'module-load',
      module: 'vfio-pci',
      shownBy: '/sys/bus/pci/drivers/vfio-pci',
    })
    host.file('/proc/sys/kernel/modules_disabled', '0\n')
    const module = '/lib/modules/6.1.0/kernel/drivers/vfio/pci/vfio-pci.ko.xz'
    host.file(module, '')
    expect(plan(host, [gpu]).refusals).toEqual([])
    host.remove(module)
    expect(plan(host, [gpu]).refusals).toMatchObject([{ rule: 'no-vfio-pci' }])
  })

  it('throws for a function that is not there', () => {
    expect(() => plan(workstation(), ['0000:09:00.0'])).toThrow(NoSuchFunctionError)
  })

  describe('refuses', () => {
    it('a bridge that is asked for', () => {
      expect(plan(workstation(), [root]).refusals).toMatchObject([{ rule: 'bridge', functions: [root] }])
    })

    it('a function without a group, and says which switch is off', () => {
      const host = new SimulatedHost([{ address: gpu, driver: 'amdgpu' }])
      const first = () => plan(host, [gpu]).refusals[0]!
      expect(first()).toMatchObject({ rule: 'no-iommu-group', functions: [gpu] })
      expect(first().lift.first).toMatch(/dmesg/)
      host.remove('/sys/class/iommu/dmar0')
      expect(first().lift.first).toBe('start the kernel with intel_iommu=on')
      host.remove('/sys/firmware/acpi/tables/DMAR')
      expect(first().lift.first).toMatch(/firmware setup/)
    })

    it('a parent whose virtual functions exist', () => {
      const host = new SimulatedHost([{ address: nic, driver: 'igb', group: 1, virtualFunctions: 2 }])
      expect(plan(host, [nic]).refusals).toMatchObject([
        {
          rule: 'virtual-functions',
          evidence: [{ value: '2' }],
          lift: { first: expect.stringContaining('sriov_numvfs') },
        },
      ])
      const none = new SimulatedHost([{ address: nic, driver: 'igb', group: 1, virtualFunctions: 0 }])
      expect(plan(none, [nic]).refusals).toEqual([])
      // One that stays as it is keeps its virtual functions.
      const bound = new SimulatedHost([{ address: nic, driver: 'vfio-pci', group: 1, virtualFunctions: 2 }])
      expect(plan(bound, [nic]).refusals).toEqual([])
    })

    it('a function of which it cannot be told whether it is such a parent', () => {
      const host = new SimulatedHost([{ address: nic, driver: 'igb', group: 1, virtualFunctions: 0 }])
      host.deny(`/sys/devices/pci0000:00/${nic}/sriov_numvfs`)
      expect(plan(host, [nic]).refusals).toMatchObject([{ rule: 'unread', functions: [nic] }])
    })

    it('what cannot be read', () => {
      const host = workstation()
      host.deny(`/sys/devices/pci0000:00/${sound}/driver_override`)
      expect(plan(host, [gpu]).refusals).toMatchObject([
        { rule: 'unread', functions: [sound], unknown: [{ unknown: 'denied' }] },
      ])
    })

    it('the disk under the root file system', () => {
      const host = new SimulatedHost([{ address: nic, driver: 'nvme', class: 0x010802, group: 1 }])
      host.file('/proc/self/mountinfo', '1 1 259:1 / / rw - ext4 /dev/nvme0n1 rw\n')
      const disk = `/sys/devices/pci0000:00/${nic}/nvme/nvme0/nvme0n1`
      host.file(`${disk}/uevent`, 'DEVNAME=nvme0n1\n')
      host.link('/sys/dev/block/259:1', `../..${disk.slice('/sys'.length)}`)
      host.link('/sys/class/block/nvme0n1', `../..${disk.slice('/sys'.length)}`)
      host.link('/sys/block/nvme0n1', `..${disk.slice('/sys'.length)}`)
      const refused = plan(host, [nic]).refusals
      expect(refused).toMatchObject([
        { rule: 'role', role: 'root-disk', functions: [nic], lift: { accept: 'root-disk' } },
      ])
      expect(refused[0]!.evidence[0]!.path).toBe('/proc/self/mountinfo')
      expect(plan(host, [nic], { accept: ['root-disk'] })).toMatchObject({
        refusals: [],
        accepted: [{ role: 'root-disk' }],
      })
      expect(plan(host, [nic], { accept: ['network'] }).refusals).toHaveLength(1)
    })

    it('everything while the root disk cannot be told, unless that is accepted', () => {
      const host = workstation()
      host.deny('/proc/self/mountinfo')
      const refused = plan(host, [gpu]).refusals
      expect(refused.map(({ role }) => role)).toEqual(['root-disk', 'mounted'])
      expect(refused[0]).toMatchObject({
        functions: [gpu, sound],
        unknown: [{ path: '/proc/self/mountinfo', unknown: 'denied' }],
      })
      expect(plan(host, [gpu], { accept: ['root-disk', 'mounted'] }).refusals).toEqual([])
    })

    const route = 'eth0 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0\n'
    function online(...ports: readonly string[]): SimulatedHost {
      const host = new SimulatedHost(
        ports.map((address, i) => ({ address, driver: 'e1000e', group: 10 + i })),
      )
      const lines = ports.map((address, i) => {
        host.link(`/sys/class/net/eth${i}`, `../../devices/pci0000:00/${address}/net/eth${i}`)
        return route.replace('eth0', `eth${i}`)
      })
      return host.file('/proc/net/route', `Iface Destination\n${lines.join('')}`)
    }

    it('the only network route, but not one of two, and not where both go', () => {
      expect(plan(online(nic), [nic]).refusals).toMatchObject([{ role: 'network', functions: [nic] }])
      expect(plan(online(nic, gpu), [nic]).refusals).toEqual([])
      expect(plan(online(nic, gpu), [nic, gpu]).refusals.map(({ functions }) => functions)).toEqual([
        [gpu],
        [nic],
      ])
    })

    it('the last known route while another cannot be followed', () => {
      const host = online(nic)
      host.deny('/proc/net/ipv6_route')
      expect(plan(host, [nic]).refusals).toMatchObject([{ role: 'network', functions: [nic] }])
      // What is left for certain is enough.
      const two = online(nic, gpu)
      two.deny('/proc/net/ipv6_route')
      expect(plan(two, [nic]).refusals).toEqual([])
    })

    it.each(neededRoles)('$role where it cannot be told, and says what lifts it', ({ role, question }) => {
      const host = workstation()
      const machine = readMachine(host)
      const unknown = { unknown: 'EIO', path: '/made' }
      const roles = { ...machine.roles, [role]: { functions: [], elsewhere: [], unknown: [unknown] } }
      const made = { ...machine, roles }
      expect(planBinding(host, made, [nic]).refusals).toMatchObject([
        { role, unknown: [unknown], reason: `it cannot be told ${question}`, lift: { accept: role } },
      ])
      expect(planBinding(host, made, [nic], { accept: [role] }).refusals).toEqual([])
    })

    it.each(neededRoles)('$role of a function, and says what lifts it', ({ role, reason }) => {
      const host = workstation()
      const machine = readMachine(host)
      const evidence = [{ path: '/made', value: 'x' }]
      const functions = machine.functions.map((f) =>
        f.address === nic ? { ...knownOf(f), roles: [{ name: role, only: true, evidence }] } : f,
      )
      const roles = { ...machine.roles, [role]: { functions: [nic], elsewhere: [], unknown: [] } }
      const made = { ...machine, functions, roles }
      expect(planBinding(host, made, [nic]).refusals).toMatchObject([
        { role, evidence, reason, lift: { accept: role } },
      ])
      expect(planBinding(host, made, [gpu]).refusals).toEqual([])
    })
  })

  describe('takes the text console off', () => {
    function consoles(): SimulatedHost {
      const host = workstation()
      host.link('/sys/class/graphics/fb0', `../../devices/pci0000:00/${gpu}/graphics/fb0`)
      host.console('vtcon0', '(S) VGA+', false)
      return host.console('vtcon1', '(M) frame buffer device', true)
    }
    const accept = { accept: ['display'] as const }

    it('the only frame buffer', () => {
      expect(plan(consoles(), [gpu], accept).changes[0]).toEqual({
        kind: 'console-release',
        console: 'vtcon1',
        name: '(M) frame buffer device',
        address: gpu,
      })
      expect(plan(consoles(), [nic], accept).changes).toHaveLength(1)
    })

    it('but not where another frame buffer is left for it', () => {
      const host = consoles().link('/sys/class/graphics/fb1', `../../devices/pci0000:00/${nic}/graphics/fb1`)
      expect(bindings(plan(host, [gpu], accept).changes)).toHaveLength(2)
      expect(plan(host, [gpu], accept).changes).toHaveLength(2)
    })

    it('and says where the VGA text console stays: before Linux 6.0', () => {
      const host = new SimulatedHost([{ address: gpu, class: 0x030000, group: 1, bootVga: true }])
      host.console('vtcon0', '(S) VGA+', true)
      expect(plan(host, [gpu], accept).notes).toEqual([])
      host.file('/proc/sys/kernel/osrelease', '5.19.17-generic\n')
      expect(plan(host, [gpu], accept).notes).toEqual([{ kind: 'vga-text-stays', address: gpu }])
    })

    it("and from the firmware's frame buffer, which does not come back", () => {
      const host = new SimulatedHost([{ address: gpu, class: 0x030000, group: 1, bootVga: true }])
      host.link('/sys/class/graphics/fb0', '../../devices/platform/simple-framebuffer.0/graphics/fb0')
      host.file(
        '/proc/iomem',
        `00000000-00000000 : PCI Bus 0000:00\n  00000000-00000000 : ${gpu}\n    00000000-00000000 : BOOTFB\n`,
      )
      host.console('vtcon1', '(M) frame buffer device', true)
      const { changes, notes } = plan(host, [gpu], accept)
      expect(changes[0]).toMatchObject({ kind: 'console-release', console: 'vtcon1' })
      expect(notes).toEqual([{ kind: 'boot-frame-buffer-goes', address: gpu }])
    })
  })
})

describe('planReturn', () => {
  it('gives the whole group back, function 0 first', () => {
    const host = new SimulatedHost([
      { address: root, bridge: true, driver: 'pcieport', group: 1 },
      { address: gpu, driver: 'vfio-pci', override: 'vfio-pci', group: 1 },
      { address: sound, override: 'vfio-pci', group: 1 },
      { address: '0000:01:00.2', class: 0x068000, override: 'none', group: 1 },
      { address: '0000:01:00.3', driver: 'xhci_hcd', group: 1 },
    ])
    const { changes, members } = planReturn(readMachine(host), [gpu])
    expect(bindings(changes).map(({ address, after }) => [address, after])).toEqual([
      [gpu, 'kernel'],
      [sound, 'kernel'],
      ['0000:01:00.2', 'kernel'],
    ])
    expect(members.filter(({ fate }) => fate === 'stays').map(({ because }) => because)).toEqual([
      'bridge',
      'with-host',
    ])
  })

  it('does not take away virtual functions, which unbinding their parent would remove', () => {
    const host = new SimulatedHost([{ address: nic, driver: 'vfio-pci', group: 1, virtualFunctions: 1 }])
    expect(planReturn(readMachine(host), [nic]).refusals).toMatchObject([{ rule: 'virtual-functions' }])
  })

  it('does nothing for what the host has', () => {
    expect(planReturn(readMachine(workstation()), [gpu])).toMatchObject({ changes: [], refusals: [] })
  })
})
