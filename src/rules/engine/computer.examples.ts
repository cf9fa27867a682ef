import { type Edits, lab } from '../../../test/support/edited-host.js'
import { program } from '../../../test/support/made-host.js'
import { qemuPrograms } from '../../machine/index.js'

export const cpu = (flags: string, vendor = 'GenuineIntel') =>
  `processor\t: 0\nvendor_id\t: ${vendor}\ncpu family\t: 6\nmodel\t\t: 151\nmodel name\t: a processor\nflags\t\t: ${flags}\n\n`
/** The disk, made a video card. */
export const display: Edits = { '/sys/bus/pci/devices/0000:01:00.0/class': '0x030000\n' }
export const arm = 'processor\t: 0\nCPU implementer\t: 0x41\n'
export const meminfo = (kilobytes: number) => `MemTotal:       ${kilobytes} kB\nMemFree:        123 kB\n`
export const limits = (bytes: string) =>
  `Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         ${bytes}              ${bytes}              bytes     \n`
export const status = (capabilities: string) =>
  `Name:\tnode\nCapEff:\t${capabilities}\nCapBnd:\t000001ffffffffff\n`
export const nodeInfo = (node: number, total: number, free: number) =>
  `Node ${node} MemTotal:       ${total} kB\nNode ${node} MemFree:        ${free} kB\n`
export const descriptor = (features: readonly string[], more: object = {}) =>
  JSON.stringify({
    'interface-types': ['uefi'],
    mapping: {
      device: 'flash',
      executable: { filename: '/usr/share/OVMF/CODE.fd', format: 'raw' },
      'nvram-template': { filename: '/usr/share/OVMF/VARS.fd', format: 'raw' },
    },
    targets: [{ architecture: 'x86_64', machines: ['pc-q35-*'] }],
    features,
    ...more,
  })

const recorded = lab().list('/usr/share/qemu/firmware')
const recordedFirmware = recorded.kind === 'value' ? recorded.value : []

/** An ordinary computer, as far as these rules look. */
const ordinary: Edits = {
  ...Object.fromEntries(qemuPrograms.map((path) => [path, null])),
  '/proc/cpuinfo': cpu('fpu vmx'),
  '/usr/bin/qemu-system-x86_64': program('QEMU emulator version 10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)\n'),
  ...Object.fromEntries(recordedFirmware.map((name) => [`/usr/share/qemu/firmware/${name}`, null])),
  '/usr/share/qemu/firmware/60-ovmf.json': descriptor(['secure-boot', 'requires-smm']),
  '/usr/share/OVMF/CODE.fd': 'code',
  '/usr/share/pve-edk2-firmware': null,
  '/etc/qemu/firmware': null,
  '/usr/bin/swtpm': 'program',
  '/sys/class/misc/kvm/dev': '10:232\n',
  '/sys/class/misc/vfio/dev': '10:196\n',
  '/proc/meminfo': meminfo(32768000),
  '/proc/self/limits': limits('8388608'),
  '/proc/self/status': status('0000000000000000'),
  '/etc/udev/rules.d/70-snap.rules': 'nothing of vfio\n',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '0\n',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': '0\n',
  '/sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
  '/sys/module/kvm/parameters/ignore_msrs': 'N\n',
  '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode': 'N\n',
  '/sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
  '/sys/module/module/parameters/sig_enforce': 'N\n',
  '/sys/hypervisor/type': null,
  '/run/libvirt': null,
  '/usr/sbin/virtqemud': null,
  '/usr/sbin/libvirtd': null,
  '/sys/devices/system/node/node0/meminfo': nodeInfo(0, 32768000, 20000000),
  '/etc/driverctl.d': null,
}

/** That computer with edits. A folder that is not there otherwise is, when something is put into it. */
export function computer(edits: Edits = {}) {
  const isFilled = (folder: string) => Object.keys(edits).some((path) => path.startsWith(`${folder}/`))
  const kept = Object.entries(ordinary).filter(([path, made]) => made !== null || !isFilled(path))
  return lab({ ...Object.fromEntries(kept), ...edits })
}
