import { describe, expect, it } from 'vitest'
import { type Edits, edited } from '../../../test/support/edited-host.js'
import { workstation } from '../../../test/support/made-computers.js'
import { denied } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { kernelRules } from './index.js'
import { acsOverrideKernels, staleAdvice } from './stale-rows.js'
import { vfioParameters } from './vfio-parameters.js'

const modules = '/lib/modules/6.12.0/kernel'
const vfioPci = `${modules}/drivers/vfio/pci/vfio-pci.ko.xz`
const type1 = `${modules}/drivers/vfio/vfio_iommu_type1.ko.xz`
const locked = '/proc/sys/kernel/modules_disabled'

/** The workstation with a kernel whose modules are on disk, vfio-pci among them. */
const on = (edits: Edits = {}) =>
  edited(workstation(), { [locked]: '0\n', [vfioPci]: '', [type1]: '', ...edits })
const words = (text: string, edits: Edits = {}) => on({ '/proc/cmdline': `quiet ${text}\n`, ...edits })
const options = (text: string, edits: Edits = {}) =>
  on({ '/etc/modprobe.d/vfio.conf': `${text}\n`, ...edits })
const builtIn: Edits = { '/sys/module/vfio_pci/parameters/nointxmask': 'N\n' }
const loaded: Edits = { ...builtIn, '/sys/module/vfio_pci/initstate': 'live\n' }
const config = (text: string): Edits => ({ '/boot/config-6.12.0': `${text}\n` })

const cpu = (vendor: string): Edits => ({ '/proc/cpuinfo': `processor\t: 0\nvendor_id\t: ${vendor}\n\n` })
const release = (text: string): Edits => ({ '/proc/sys/kernel/osrelease': `${text}\n` })
const intelDefault = config('CONFIG_INTEL_IOMMU_DEFAULT_ON=y')

/** By the id of the row: where it speaks, and where the same advice is not out of date. */
const stale: Readonly<Record<string, readonly Example[]>> = {
  vfio_virqfd: [
    {
      name: 'a list',
      host: on({ '/etc/modules': '# vfio_virqfd\nvfio\nvfio_virqfd\n' }),
      gives: 'note',
      says: /modules = vfio_virqfd/,
    },
    {
      name: 'dracut',
      host: on({ '/etc/dracut.conf.d/v.conf': 'force_drivers+=" vfio vfio-virqfd "\n' }),
      gives: 'note',
    },
    {
      name: 'Linux 6.1',
      host: on({ '/etc/modules': 'vfio_virqfd\n', ...release('6.1.0-50-amd64') }),
      gives: 'passes',
    },
  ],
  'amd_iommu=on': [
    { name: 'on', host: words('amd_iommu=on'), gives: 'note', says: /no value on/ },
    { name: 'behind another', host: words('amd_iommu=fullflush,pt'), gives: 'note', says: /no value pt/ },
    { name: 'a value', host: words('amd_iommu=force_enable'), gives: 'passes' },
  ],
  'intel_iommu=on, AMD': [
    {
      name: 'AMD',
      host: words('intel_iommu=on', { ...cpu('AuthenticAMD'), '/sys/class/iommu/dmar0': null }),
      gives: 'note',
      says: /not from Intel/,
    },
    {
      name: "an AMD processor in QEMU's computer with VT-d",
      host: words('intel_iommu=on', cpu('AuthenticAMD')),
      gives: 'passes',
    },
    {
      name: 'a processor not told',
      host: words('intel_iommu=on', { '/proc/cpuinfo': denied }),
      gives: 'unknown',
    },
  ],
  'intel_iommu=on, by default': [
    {
      name: 'by default',
      host: words('intel_iommu=on,sm_on', { ...cpu('GenuineIntel'), ...intelDefault }),
      gives: 'note',
      says: /not needed/,
    },
    {
      name: 'needed',
      host: words('intel_iommu=on', {
        ...cpu('GenuineIntel'),
        ...config('CONFIG_INTEL_IOMMU_DEFAULT_OFF=y'),
      }),
      gives: 'passes',
    },
    {
      name: 'a configuration not told',
      host: words('intel_iommu=on', cpu('GenuineIntel')),
      gives: 'unknown',
    },
  ],
  'iommu=on': [
    { name: 'on', host: words('iommu=on'), gives: 'note' },
    { name: '1', host: words('iommu=pt,1'), gives: 'note', says: /no value 1/ },
    { name: 'pt', host: words('iommu=pt'), gives: 'passes' },
  ],
  'video=efifb:off': [
    { name: 'efifb', host: words('video=efifb:off'), gives: 'note', says: /simpledrm/ },
    { name: 'Linux 5.15', host: words('video=efifb:off', release('5.15.0-100-generic')), gives: 'passes' },
    { name: 'a mode', host: words('video=efifb:nowc video=HDMI-A-1:1920x1080'), gives: 'passes' },
  ],
  'video=vesafb:off': [
    { name: 'vesafb', host: words('video=vesafb:off'), gives: 'note', says: /does nothing/ },
  ],
  'video=A:off,B:off': [
    {
      name: 'two',
      host: words('video=vesafb:off,efifb:off'),
      gives: ['note', 'note'],
      says: /efifb:off behind a comma/,
    },
  ],
  disable_vga: [
    {
      name: 'without VGA',
      host: options('options vfio-pci disable_vga=1', config('CONFIG_VFIO_PCI=m')),
      gives: 'note',
    },
    {
      name: 'with',
      host: options('options vfio-pci disable_vga=1', config('CONFIG_VFIO_PCI_VGA=y')),
      gives: 'passes',
    },
  ],
  'pcie_acs_override, patched': [
    '6.8.12-4-pve',
    '6.9.7-zen1-1-zen',
    '6.9.7-lqx1-1-lqx',
    '6.9.7-1-liquorix-amd64',
  ].map((text) => ({
    name: text,
    host: words('pcie_acs_override=downstream', release(text)),
    gives: 'warning' as const,
  })),
  'pcie_acs_override, not patched': [
    { name: 'Debian', host: words('pcie_acs_override=downstream'), gives: 'note', says: /does nothing/ },
  ],
  'rd.driver.pre=vfio-pci': [
    {
      name: 'no dracut',
      host: words('rd.driver.pre=vfio-pci'),
      gives: 'note',
      says: /=vfio-pci is read by dracut alone/,
    },
    {
      name: 'dracut',
      host: words('rd.driver.pre=vfio-pci', { '/usr/lib/dracut/modules.d/00bash': '' }),
      gives: 'passes',
    },
  ],
  'pci-stub.ids': [
    { name: 'ids', host: words('pci-stub.ids=10de:2206'), gives: 'note', says: /vfio-pci.ids=/ },
  ],
}

const examples: Readonly<Record<string, readonly Example[]>> = {
  'vfio-pci-there': [
    { name: 'on disk', host: on(), gives: 'passes', says: /can be loaded/ },
    { name: 'loaded', host: on(loaded), gives: 'passes', says: /loaded/ },
    { name: 'built in', host: on(builtIn), gives: 'passes', says: /built in/ },
    {
      name: 'a driver of the kernel',
      host: on({ '/sys/bus/pci/drivers/vfio-pci/bind': '' }),
      gives: 'passes',
    },
    { name: 'not among the modules', host: on({ [vfioPci]: null }), gives: 'step', says: /not among them/ },
    {
      name: 'after an upgrade',
      host: on({ [vfioPci]: null, [type1]: null }),
      gives: 'step',
      says: /restart/,
    },
    {
      name: 'a kernel without modules',
      host: on({ [locked]: null }),
      gives: 'step',
      says: /CONFIG_VFIO_PCI/,
    },
    { name: 'no module any more', host: on({ [locked]: '1\n' }), gives: 'step', says: /early/ },
    {
      name: 'NixOS',
      host: on({
        [vfioPci]: null,
        [type1]: null,
        '/run/booted-system/kernel-modules/lib/modules/6.12.0/kernel/drivers/vfio/pci/vfio-pci.ko.xz': '',
      }),
      gives: 'passes',
    },
    { name: 'not to be read', host: on({ [locked]: denied }), gives: 'unknown' },
  ],
  'vfio-pci-blocked': [
    { name: 'nothing', host: on(), gives: 'passes' },
    { name: 'built in', host: options('install vfio-pci /bin/false', builtIn), gives: 'passes' },
    { name: 'not there', host: on({ [vfioPci]: null }), gives: 'not here' },
    {
      name: 'refused by the kernel',
      host: words('module_blacklist=nouveau,vfio_pci'),
      gives: 'step',
      says: /=nouveau,vfio_pci/,
    },
    {
      name: 'a name that the kernel does not compare',
      host: words('module_blacklist=vfio-pci'),
      gives: 'passes',
    },
    {
      name: 'a command in its place',
      host: options('install vfio-pci /bin/false'),
      gives: 'step',
      says: /\/bin\/false/,
    },
    { name: 'a command that loads it too', host: options('install vfio-pci /sbin/vfio.sh'), gives: 'passes' },
    { name: 'a blacklist', host: options('blacklist vfio-pci'), gives: 'warning', says: /libvirt/ },
    { name: 'a blacklist of the command line', host: words('modprobe.blacklist=vfio-pci'), gives: 'warning' },
    { name: 'a comment', host: options('# blacklist vfio-pci'), gives: 'passes' },
    { name: 'not to be read', host: on({ '/etc/modprobe.d': denied }), gives: 'unknown' },
  ],
  'vfio-memory': [
    { name: 'type 1', host: on(), gives: 'passes' },
    { name: 'no vfio-pci', host: on({ [vfioPci]: null }), gives: 'not here' },
    {
      name: 'iommufd alone',
      host: on({ [type1]: null, [`${modules}/drivers/iommu/iommufd/iommufd.ko.xz`]: '' }),
      gives: 'passes',
      says: /iommufd/,
    },
    { name: 'neither', host: on({ [type1]: null }), gives: 'step' },
    { name: 'not to be read', host: on({ [`${modules}/drivers/vfio`]: denied }), gives: 'unknown' },
  ],
  'vfio-pci-vga': [
    { name: 'no VGA card', host: on(), device: '0000:01:00.1', gives: 'not here' },
    { name: 'built with it', host: on(config('CONFIG_VFIO_PCI_VGA=y')), gives: 'passes' },
    {
      name: 'built without',
      host: on(config('# CONFIG_VFIO_PCI_VGA is not set')),
      gives: 'note',
      says: /boot\/config/,
    },
    {
      name: 'running with it',
      host: on({ ...loaded, '/sys/module/vfio_pci/parameters/disable_vga': 'N\n' }),
      gives: 'passes',
    },
    { name: 'running without', host: on(loaded), gives: 'note', says: /disable_vga = absent/ },
    {
      name: 'told not to',
      host: on({ ...loaded, '/sys/module/vfio_pci/parameters/disable_vga': 'Y\n' }),
      gives: 'note',
      says: /told/,
    },
    { name: 'no configuration', host: on(), gives: 'unknown', says: /not installed/ },
  ],
  'messages-allowed': [
    { name: 'on', host: words('pci=noaer'), gives: 'passes' },
    { name: 'off', host: words('pci=noaer,nomsi'), gives: 'warning', says: /pci=noaer,nomsi/ },
    { name: 'no command line', host: on({ '/proc/cmdline': denied }), gives: 'unknown' },
  ],
  'vfio-parameters': [
    { name: 'none', host: on(), gives: 'passes' },
    {
      name: 'right, either way',
      host: words('vfio-pci.ids=10de:2206 vfio_pci.disable_idle_d3=1'),
      gives: 'passes',
    },
    {
      name: 'a dash for the dot',
      host: words('vfio-pci-ids=10de:2206'),
      gives: 'warning',
      says: /it is vfio-pci.ids/,
    },
    { name: 'two dots', host: words('vfio.pci.ids=10de:2206'), gives: 'warning', says: /it is vfio-pci.ids/ },
    {
      name: 'no such parameter',
      host: words('vfio-pci.id=10de:2206'),
      gives: 'warning',
      says: /id is no parameter of vfio_pci/,
    },
    {
      name: 'of another module',
      host: options('options vfio allow_unsafe_interrupts=1'),
      gives: 'warning',
      says: /it is vfio_iommu_type1.allow_unsafe_interrupts/,
    },
    {
      name: 'a space within the ids',
      host: options('options vfio-pci ids=10de:2206, 10de:1aef'),
      gives: 'warning',
      says: /10de:1aef is no parameter/,
    },
    {
      name: 'modprobe.d for what is built in',
      host: options('options vfio-pci ids=10de:2206', builtIn),
      gives: 'warning',
      says: /vfio-pci.ids=10de:2206 on the kernel/,
    },
    {
      name: 'given twice',
      host: words('vfio-pci.ids=10de:2206 vfio-pci.ids=10de:1aef'),
      gives: 'warning',
      says: /counts: 10de:1aef/,
    },
    {
      name: 'another one twice',
      host: words('vfio-pci.nointxmask=1 vfio-pci.nointxmask=0'),
      gives: 'warning',
      says: /leave the one/,
    },
    {
      name: 'given twice alike',
      host: words('vfio-pci.ids=10de:2206 vfio-pci.ids=10de:2206'),
      gives: 'passes',
    },
    {
      name: 'modules of others',
      host: words('nvidia-drm.modeset=1 mlx5_vfio_pci.x=1 rd.driver.pre=vfio-pci'),
      gives: 'passes',
    },
    { name: 'not to be read', host: on({ '/etc/modprobe.d': denied }), gives: 'unknown' },
    ...vfioParameters.flatMap(({ module, names }) =>
      names.map(
        (name): Example => ({
          name: `${module}.${name}`,
          host: words(`${module}.${name}=1`),
          gives: 'passes',
        }),
      ),
    ),
  ],
  'vfio-ids': [
    { name: 'none', host: on(), gives: 'not here' },
    { name: 'devices of here', host: words('vfio-pci.ids=10de:2206,10de:1aef'), gives: 'passes' },
    {
      name: 'a class of a vendor',
      host: options('options vfio-pci ids=10de:ffffffff:ffffffff:ffffffff:00030000:ffff00ff'),
      gives: 'passes',
    },
    {
      name: 'a class that is not here',
      host: options('options vfio-pci ids=10de:ffffffff:ffffffff:ffffffff:00020000:ffff00ff'),
      gives: 'warning',
    },
    { name: 'another subsystem', host: words('vfio-pci.ids=10de:2206:1043'), gives: 'warning' },
    {
      name: 'not here',
      host: words('vfio-pci.ids=10de:2206,10de:1b80'),
      gives: 'warning',
      says: /no device here is 10de:1b80/,
    },
    { name: 'an address', host: words('vfio-pci.ids=01:00.0'), gives: 'warning', says: /write 10de:2206/ },
    {
      name: 'a whole address',
      host: words('vfio-pci.ids=0000:01:00.1'),
      gives: 'warning',
      says: /write 10de:1aef/,
    },
    { name: 'no id', host: words('vfio-pci.ids=10de-2206'), gives: 'warning', says: /no vendor and device/ },
    {
      name: 'modprobe.d that does not count',
      host: options('options vfio-pci ids=1:2', builtIn),
      gives: 'not here',
    },
    {
      name: 'a device that cannot be told',
      host: words('vfio-pci.ids=10de:1b80', {
        '/sys/bus/pci/devices/0000:00:14.0/vendor': denied,
        '/sys/bus/pci/devices/0000:00:14.0/device': denied,
      }),
      gives: 'unknown',
    },
  ],
  'stale-advice': [
    { name: 'none', host: on(), gives: 'passes' },
    { name: 'not to be read', host: on({ '/etc/modules-load.d': denied }), gives: 'unknown' },
    {
      name: 'found, and something else not to be read',
      host: words('amd_iommu=on', { '/etc/modules-load.d': denied }),
      gives: 'note',
    },
    ...Object.entries(stale).flatMap(([id, list]) =>
      list.map((one) => ({ ...one, name: `${id}: ${one.name}` })),
    ),
  ],
}

describeRules(kernelRules, examples)

describe('advice out of date', () => {
  it.each(staleAdvice)('$id has an example that finds it', ({ id, weight }) => {
    expect(stale[id]?.flatMap(({ gives }) => gives)).toContain(weight)
  })

  it.each(acsOverrideKernels)('$name is the name of a kernel in the examples', ({ name }) => {
    expect(stale['pcie_acs_override, patched']?.some((one) => name.test(one.name))).toBe(true)
  })
})
