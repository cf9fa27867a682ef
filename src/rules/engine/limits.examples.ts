import type { Edits } from '../../../test/support/edited-host.js'
import { denied } from '../../../test/support/made-host.js'
import type { Example } from '../../../test/support/rule-examples.js'
import { computer, cpu, display, limits, meminfo, nodeInfo, status } from './computer.examples.js'

const openToUsers = {
  '/etc/udev/rules.d/10-vfio.rules':
    '# SUBSYSTEM=="vfio", OWNER="nobody"\nSUBSYSTEM=="vfio", GROUP="kvm", MODE="0660"\n',
}
const splitLock = (mode: string, mitigate: string | null): Edits => ({
  '/proc/cpuinfo': cpu('fpu vmx split_lock_detect'),
  '/proc/cmdline': `quiet ${mode}\n`,
  '/proc/sys/kernel/split_lock_mitigate': mitigate,
})
const empty = '0x0000000000000000 0x0000000000000000 0x0000000000000000\n'
const ownRom = `${empty.repeat(6)}0x00000000f7000000 0x00000000f707ffff 0x0000000000046200\n${empty.repeat(6)}`
const libvirt: Edits = { '/run/libvirt/libvirt-sock': 'socket' }

export const limitExamples: Readonly<Record<string, readonly Example[]>> = {
  'memory-size': [
    { name: '32 GiB', host: computer(), gives: 'passes', says: /31\.2 GiB/ },
    { name: '4 GiB', host: computer({ '/proc/meminfo': meminfo(3900000) }), gives: 'note', says: /3\.7 GiB/ },
    { name: 'not to be read', host: computer({ '/proc/meminfo': denied }), gives: 'unknown' },
  ],
  'memory-lock': [
    { name: 'an ordinary user', host: computer(), gives: 'passes', says: /8 MiB, which does not matter/ },
    {
      name: 'root',
      host: computer({ ...openToUsers, '/proc/self/status': status('000001ffffffffff') }),
      gives: 'passes',
      says: /without limit/,
    },
    {
      name: 'a user without limit',
      host: computer({ ...openToUsers, '/proc/self/limits': limits('unlimited') }),
      gives: 'passes',
    },
    {
      name: 'a user with enough',
      host: computer({ ...openToUsers, '/proc/self/limits': limits('40000000000') }),
      gives: 'passes',
      says: /37\.2 GiB$/m,
    },
    {
      name: 'a user who is to run QEMU',
      host: computer(openToUsers),
      gives: 'warning',
      says: /only 8 MiB.*8388608 bytes.*10-vfio\.rules = SUBSYSTEM=="vfio", GROUP/s,
    },
    { name: 'not to be read', host: computer({ '/proc/self/limits': denied }), gives: 'unknown' },
    {
      name: 'capabilities not told',
      host: computer({ '/proc/self/status': 'Name:\tnode\n' }),
      gives: 'unknown',
    },
  ],
  'huge-pages': [
    { name: 'as installed', host: computer(), gives: 'passes' },
    { name: 'a kernel without', host: computer({ '/sys/kernel/mm': null }), gives: 'passes' },
    {
      name: 'set aside and used',
      host: computer({
        '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages': '16\n',
        '/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages': '8\n',
        '/sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]\n',
      }),
      gives: 'passes',
    },
    {
      name: 'set aside, and not used',
      host: computer({
        '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages': '16\n',
        '/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages': '16\n',
      }),
      gives: 'note',
      says: /16 GiB are set aside as huge pages of 1 GiB.*hugepages-1048576kB\/nr_hugepages = 16/s,
    },
    {
      name: 'transparent ones off',
      host: computer({ '/sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]\n' }),
      gives: 'note',
      says: /switched off/,
    },
    { name: 'not to be read', host: computer({ '/sys/kernel/mm/hugepages': denied }), gives: 'unknown' },
  ],
  'split-locks': [
    { name: 'a processor that does not report them', host: computer(), gives: 'not here' },
    {
      name: 'reported',
      host: computer(splitLock('', '1')),
      gives: 'passes',
      says: /split_lock_mitigate = 1/,
    },
    { name: 'before Linux 6.2', host: computer(splitLock('', null)), gives: 'passes' },
    { name: 'only logged', host: computer(splitLock('', '0')), gives: 'passes', says: /only logged/ },
    { name: 'off', host: computer(splitLock('split_lock_detect=off', '1')), gives: 'passes' },
    {
      name: 'fatal, the last word counting',
      host: computer(splitLock('split_lock_detect=off split_lock_detect=fatal', '1')),
      gives: 'warning',
      says: /SIGBUS/,
    },
    { name: 'not to be read', host: computer({ '/proc/cpuinfo': denied }), gives: 'unknown' },
  ],
  'kvm-ignore-msrs': [
    { name: 'as loaded', host: computer(), gives: 'passes' },
    {
      name: 'KVM not loaded',
      host: computer({ '/sys/module/kvm/parameters/ignore_msrs': null }),
      gives: 'not here',
    },
    { name: 'on', host: computer({ '/sys/module/kvm/parameters/ignore_msrs': 'Y\n' }), gives: 'note' },
    {
      name: 'not to be read',
      host: computer({ '/sys/module/kvm/parameters/ignore_msrs': denied }),
      gives: 'unknown',
    },
  ],
  'no-iommu-mode': [
    { name: 'off', host: computer(), gives: 'passes' },
    {
      name: 'not built',
      host: computer({ '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode': null }),
      gives: 'not here',
    },
    {
      name: 'on',
      host: computer({ '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode': 'Y\n' }),
      gives: 'warning',
      says: /QEMU cannot use/,
    },
    {
      name: 'not to be read',
      host: computer({ '/sys/module/vfio/parameters/enable_unsafe_noiommu_mode': denied }),
      gives: 'unknown',
    },
  ],
  'kernel-lockdown': [
    { name: 'open', host: computer(), gives: 'passes' },
    {
      name: 'locked by Secure Boot',
      host: computer({ '/sys/kernel/security/lockdown': 'none [integrity] confidentiality\n' }),
      gives: 'note',
      says: /\(integrity\)/,
    },
    {
      name: 'signed modules only',
      host: computer({ '/sys/module/module/parameters/sig_enforce': 'Y\n' }),
      gives: 'note',
      says: /sig_enforce = Y/,
    },
    {
      name: 'a kernel without lockdown',
      host: computer({
        '/sys/kernel/security/lockdown': null,
        '/sys/kernel/security/lsm': 'capability,yama\n',
      }),
      gives: 'passes',
    },
    {
      name: 'not to be read',
      host: computer({ '/sys/kernel/security/lockdown': denied }),
      gives: 'unknown',
    },
    {
      name: 'securityfs not mounted',
      host: computer({ '/sys/kernel/security/lockdown': null, '/sys/kernel/security/': '' }),
      gives: 'not here',
      says: /not mounted/,
    },
  ],
  'rom-file-rights': [
    { name: 'a disk', host: computer(libvirt), gives: 'not here' },
    {
      name: 'a card with its own option ROM',
      host: computer({ ...display, ...libvirt, '/sys/bus/pci/devices/0000:01:00.0/resource': ownRom }),
      gives: 'not here',
      says: /needs no file/,
    },
    { name: 'a card, without libvirt', host: computer(display), gives: 'not here' },
    {
      name: 'a card and libvirt, nothing confined',
      host: computer({ ...display, ...libvirt, '/sys/module/apparmor': null, '/sys/fs/selinux': null }),
      gives: 'passes',
    },
    {
      name: 'AppArmor',
      host: computer({ ...display, ...libvirt, '/sys/module/apparmor/parameters/enabled': 'Y\n' }),
      gives: 'note',
      says: /vgabios/,
    },
    {
      name: 'SELinux, libvirt not running',
      host: computer({
        ...display,
        '/usr/sbin/virtqemud': 'program',
        '/sys/module/apparmor': null,
        '/sys/fs/selinux/enforce': '1',
      }),
      gives: 'note',
      says: /restorecon/,
    },
    {
      name: 'SELinux that only logs',
      host: computer({
        ...display,
        ...libvirt,
        '/sys/module/apparmor': null,
        '/sys/fs/selinux/enforce': '0',
      }),
      gives: 'passes',
    },
    { name: 'not to be read', host: computer({ ...display, '/run/libvirt': denied }), gives: 'unknown' },
    {
      name: 'what it is, is not told',
      host: computer({ ...libvirt, '/sys/bus/pci/devices/0000:01:00.0/class': denied }),
      gives: 'unknown',
    },
  ],
  'numa-node': [
    { name: 'one node', host: computer(), gives: 'not here' },
    {
      name: 'two nodes',
      host: computer({
        '/sys/devices/system/node/node1/meminfo': nodeInfo(1, 32768000, 1048576),
        '/sys/bus/pci/devices/0000:01:00.0/numa_node': '1\n',
      }),
      gives: 'note',
      says: /node 1.*1 GiB free of 31\.2 GiB/s,
    },
    {
      name: 'two nodes, and the firmware does not say',
      host: computer({
        '/sys/devices/system/node/node1/meminfo': nodeInfo(1, 32768000, 1048576),
        '/sys/bus/pci/devices/0000:01:00.0/numa_node': '-1\n',
      }),
      gives: 'passes',
    },
    {
      name: 'a node without memory',
      host: computer({ '/sys/devices/system/node/node1/meminfo': nodeInfo(1, 0, 0) }),
      gives: 'not here',
    },
    { name: 'not to be read', host: computer({ '/sys/devices/system/node': denied }), gives: 'unknown' },
  ],
  'driverctl-override': [
    { name: 'not installed', host: computer(), gives: 'passes' },
    {
      name: 'another device',
      host: computer({ '/etc/driverctl.d/pci-0000:03:00.0': 'vfio-pci\n' }),
      gives: 'passes',
    },
    {
      name: 'bound to vfio-pci',
      host: computer({ '/etc/driverctl.d/pci-0000:01:00.0': 'vfio-pci\n' }),
      gives: 'note',
    },
    {
      name: 'bound to another',
      host: computer({ '/etc/driverctl.d/pci-0000:01:00.0': 'nvme\n' }),
      gives: 'warning',
      says: /unset-override 0000:01:00.0/,
    },
    { name: 'not to be read', host: computer({ '/etc/driverctl.d': denied }), gives: 'unknown' },
  ],
}
