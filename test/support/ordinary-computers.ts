import { ivhd, ivrsTable } from './acpi-tables.js'
import { workstationFiles } from './made-computers.js'
import { connector } from './made-displays.js'
import { link, type Made, madeFunction, program, quietHost } from './made-host.js'

type Files = Readonly<Record<string, Made>>

export const cpu = (vendor: string, flags: string, bits: number) =>
  `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: 6\nmodel\t\t: 158\nmodel name\t: a processor\nflags\t\t: fpu ${flags}\naddress sizes\t: ${bits} bits physical, 48 bits virtual\n\n`

const ovmf = JSON.stringify({
  'interface-types': ['uefi'],
  mapping: {
    device: 'flash',
    executable: { filename: '/usr/share/OVMF/OVMF_CODE_4M.fd', format: 'raw' },
    'nvram-template': { filename: '/usr/share/OVMF/OVMF_VARS_4M.fd', format: 'raw' },
  },
  targets: [{ architecture: 'x86_64', machines: ['pc-q35-*'] }],
  features: ['secure-boot'],
})

const root = '30 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n24 30 0:22 / /sys rw,nosuid - sysfs sysfs rw\n'

/** What root sees on a desktop computer of a distribution, beside its devices: as little as is there everywhere. */
export const desktop = (release: string): Files => ({
  '/proc/sys/kernel/osrelease': `${release}\n`,
  '/proc/sys/kernel/modules_disabled': '0\n',
  '/proc/self/mountinfo': root,
  '/proc/self/limits':
    'Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         8388608              8388608              bytes     \n',
  '/proc/self/status': 'Name:\tnode\nCapEff:\t000001ffffffffff\n',
  '/dev/null': '',
  '/proc/self/fd/0': link('/dev/pts/1'),
  '/proc/meminfo': 'MemTotal:       32768000 kB\n',
  '/proc/iomem': '00000000-00000fff : Reserved\n',
  '/sys/class/misc/kvm': link('../../devices/virtual/misc/kvm'),
  '/sys/class/dmi/id/chassis_type': '3\n',
  '/sys/class/vtconsole/': '',
  '/sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
  '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
  '/sys/module/module/parameters/sig_enforce': 'N\n',
  [`/lib/modules/${release}/kernel/drivers/vfio/vfio_iommu_type1.ko.xz`]: '',
  [`/lib/modules/${release}/kernel/drivers/vfio/pci/vfio-pci.ko.xz`]: '',
  [`/boot/config-${release}`]: 'CONFIG_VFIO_PCI_VGA=y\nCONFIG_INTEL_IOMMU_DEFAULT_ON=y\n',
  '/usr/bin/qemu-system-x86_64': program('QEMU emulator version 10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)\n'),
  '/usr/share/qemu/firmware/60-edk2-x86_64.json': ovmf,
  '/usr/share/OVMF/OVMF_CODE_4M.fd': '',
  '/usr/bin/swtpm': '',
})

export const remapped = (chip: string): Files => ({ '/sys/kernel/irq/0/chip_name': `${chip}\n` })
const regions = (...lines: readonly string[]) =>
  [...lines, '0x00000000fee00000 0x00000000feefffff msi'].map((line) => `${line}\n`).join('')
export const reserved = (group: number, ...lines: readonly string[]): Files => ({
  [`/sys/kernel/iommu_groups/${group}/reserved_regions`]: regions(...lines),
})

/** Intel, and an NVIDIA card that shows the host. */
export const oneCardFiles: Files = {
  ...workstationFiles,
  ...desktop('6.12.74+deb13-amd64'),
  '/proc/cpuinfo': cpu('GenuineIntel', 'vmx', 39),
  ...remapped('IR-IO-APIC'),
  ...reserved(1, '0x000000008a000000 0x000000008a01ffff direct-relaxable'),
  '/sys/devices/virtual/iommu/dmar0/intel-iommu/cap': '1c0000c40660462\n',
  '/sys/bus/pci/devices/0000:01:00.0/iommu': link('../../../virtual/iommu/dmar0'),
  '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/iommu': link('../../../virtual/iommu/dmar0'),
}

/** The same before `intel_iommu=on`. */
export function notAskedFiles(): Files {
  const files = Object.entries({
    ...oneCardFiles,
    '/sys/class/iommu/': '',
    '/boot/config-6.12.74+deb13-amd64': 'CONFIG_VFIO_PCI_VGA=y\n',
    '/run/libvirt/virtqemud-sock': '',
    '/sys/fs/selinux/enforce': '1',
  }).filter(
    ([path]) => !path.endsWith('/iommu_group') && !path.includes('/iommu/dmar0') && path !== '/usr/bin/swtpm',
  )
  return Object.fromEntries(files)
}

export const line = (start: number, end: number, flags: number) =>
  `${[start, end, flags].map((value) => `0x${value.toString(16).padStart(16, '0')}`).join(' ')}\n`
const empty = line(0, 0, 0)
const port = 'pci0000:00/0000:00:03.1'

/** AMD: graphics of the processor show the host, and a card is to spare. */
export const twoCardsFiles = (release: string): Files => ({
  ...quietHost,
  ...desktop(release),
  '/proc/cpuinfo': cpu('AuthenticAMD', 'svm', 48),
  '/sys/class/iommu/ivhd0': link('../../devices/pci0000:00/0000:00:00.2/iommu/ivhd0'),
  '/sys/firmware/acpi/tables/IVRS': ivrsTable(0x40, ivhd(0x11, {})),
  ...remapped('IR-PCI-MSI-0000:00:01.1'),
  ...reserved(12),
  ...madeFunction('0000:00:03.1', {
    vendor: 0x1022,
    device: 0x1483,
    class: 0x060400,
    driver: 'pcieport',
    group: 5,
    files: { secondary_bus_number: '3\n' },
  }),
  ...madeFunction('0000:03:00.0', {
    above: port,
    vendor: 0x1002,
    device: 0x73bf,
    class: 0x030000,
    driver: 'amdgpu',
    group: 12,
    files: {
      boot_vga: '0\n',
      reset_method: 'device_specific bus\n',
      resource: `${line(0x78_0000_0000, 0x7b_ffff_ffff, 0x14220c)}${empty.repeat(5)}${line(0xfcb0_0000, 0xfcb1_ffff, 0x46200)}${empty.repeat(6)}`,
    },
  }),
  ...madeFunction('0000:03:00.1', {
    above: port,
    vendor: 0x1002,
    device: 0xab28,
    class: 0x040300,
    driver: 'snd_hda_intel',
    group: 12,
  }),
  ...madeFunction('0000:00:08.1', {
    vendor: 0x1022,
    class: 0x060400,
    files: { secondary_bus_number: '4\n' },
  }),
  ...madeFunction('0000:04:00.0', {
    above: 'pci0000:00/0000:00:08.1',
    vendor: 0x1002,
    device: 0x164e,
    class: 0x030000,
    driver: 'amdgpu',
    group: 20,
  }),
  ...connector('card1-DP-1', '/sys/devices/pci0000:00/0000:00:08.1/0000:04:00.0', 'connected', 'enabled'),
  ...connector('card0-HDMI-A-1', `/sys/devices/${port}/0000:03:00.0`, 'connected', 'disabled'),
  '/sys/dev/block/259:2': link(
    '../../devices/pci0000:00/0000:00:02.1/0000:02:00.0/nvme/nvme0/nvme0n1/nvme0n1p2',
  ),
  ...madeFunction('0000:02:00.0', {
    above: 'pci0000:00/0000:00:02.1',
    class: 0x010802,
    driver: 'nvme',
    group: 14,
  }),
})
