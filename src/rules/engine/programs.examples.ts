import { denied, program } from '../../../test/support/made-host.js'
import type { Example } from '../../../test/support/rule-examples.js'
import { arm, computer, cpu, descriptor, display } from './computer.examples.js'

const noQemu = { '/usr/bin/qemu-system-x86_64': null }
const iommufdAlone = {
  '/sys/class/misc/vfio': null,
  '/sys/class/misc/iommu/dev': '10:125\n',
  '/sys/module/vfio_pci/parameters/disable_idle_d3': 'N\n',
}
const noOvmf = { '/usr/share/qemu/firmware': null, '/usr/share/qemu/firmware/60-ovmf.json': null }

export const programExamples: Readonly<Record<string, readonly Example[]>> = {
  'not-wsl': [
    { name: 'a kernel of Debian', host: computer(), gives: 'passes' },
    {
      name: 'WSL 2',
      host: computer({ '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n' }),
      gives: 'impossible',
      says: /microsoft-standard/,
    },
    { name: 'not to be read', host: computer({ '/proc/sys/kernel/osrelease': denied }), gives: 'unknown' },
  ],
  'xen-dom0': [
    { name: 'no hypervisor shown', host: computer(), gives: 'passes' },
    {
      name: 'a guest of Xen',
      host: computer({
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': '00002705\n',
      }),
      gives: 'step',
      says: /first domain/,
    },
    {
      name: 'the first domain, with a device kept for guests',
      host: computer({
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': '000228f5\n',
        '/sys/bus/pci/devices/0000:01:00.0/driver': { link: '../../../../bus/pci/drivers/pciback' },
      }),
      gives: 'step',
      says: /0000:01:00.0\/driver = pciback/,
    },
    {
      name: 'Xen of which nothing is told',
      host: computer({
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': denied,
      }),
      gives: 'unknown',
    },
  ],
  'virtual-machine': [
    { name: 'hardware', host: computer(), gives: 'passes', says: /no hypervisor/ },
    {
      name: 'a virtual machine with VT-d, as the laboratory is',
      host: computer({
        '/proc/cpuinfo': cpu('hypervisor'),
        '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
        '/sys/class/dmi/id/product_name': 'Standard PC (Q35 + ICH9, 2009)\n',
      }),
      gives: 'passes',
      says: /gives an IOMMU.*QEMU Standard PC/s,
    },
    {
      name: 'a virtual machine without',
      host: computer({
        '/proc/cpuinfo': cpu('hypervisor'),
        '/sys/class/iommu/dmar0': null,
        '/sys/firmware/acpi/tables/DMAR': null,
      }),
      gives: 'step',
      says: /no IOMMU/,
    },
    {
      name: 'a virtual machine with one that is off',
      host: computer({ '/proc/cpuinfo': cpu('hypervisor'), '/sys/class/iommu/dmar0': null }),
      gives: 'passes',
      says: /describes an IOMMU.*DMAR/s,
    },
    {
      name: 'the first domain of Xen',
      host: computer({
        '/proc/cpuinfo': cpu('hypervisor'),
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': '000228f5\n',
      }),
      gives: 'not here',
      says: /see xen-dom0/,
    },
    { name: 'Arm', host: computer({ '/proc/cpuinfo': arm }), gives: 'not here' },
    { name: 'not to be read', host: computer({ '/proc/cpuinfo': denied }), gives: 'unknown' },
  ],
  'sysfs-writable': [
    { name: 'the laboratory', host: computer(), gives: 'passes' },
    {
      name: 'a container',
      host: computer({
        '/proc/self/mountinfo':
          '1 0 0:50 / / rw - overlay overlay rw\n2 1 0:21 / /sys rw,nosuid - sysfs sysfs rw\n3 2 0:21 / /sys ro,nosuid,nodev - sysfs sysfs rw\n',
      }),
      gives: 'step',
    },
    {
      name: 'a file system that is read-only in itself',
      host: computer({ '/proc/self/mountinfo': '2 1 0:21 / /sys rw shared:7 - sysfs sysfs ro\n' }),
      gives: 'step',
    },
    {
      name: 'pasted text',
      host: { ...computer(), kind: 'lspci' },
      gives: 'not here',
    },
    {
      name: 'no sysfs',
      host: computer({ '/proc/self/mountinfo': '1 0 0:50 / / rw - overlay overlay rw\n' }),
      gives: 'unknown',
    },
  ],
  'qemu-installed': [
    { name: 'Debian', host: computer(), gives: 'passes', says: /QEMU 10\.0\.13 is/ },
    {
      name: 'Red Hat',
      host: computer({
        ...noQemu,
        '/usr/libexec/qemu-kvm': program('QEMU emulator version 9.1.0 (qemu-kvm-9.1.0-15.el9)\n'),
      }),
      gives: 'passes',
      says: /libexec\/qemu-kvm = 9\.1\.0/,
    },
    { name: 'none', host: computer(noQemu), gives: 'step', says: /not installed.*qemu-system-x86/s },
    {
      name: 'none, on Arm',
      host: computer({ ...noQemu, '/proc/cpuinfo': arm }),
      gives: 'not here',
    },
    {
      name: 'one that cannot be run',
      host: computer({ '/usr/bin/qemu-system-x86_64': { fails: { code: 'EXIT127' } } }),
      gives: 'unknown',
      says: /EXIT127/,
    },
    {
      name: 'one that says something else',
      host: computer({ '/usr/bin/qemu-system-x86_64': program('hello\n') }),
      gives: 'unknown',
      says: /not understood/,
    },
  ],
  'qemu-and-iommufd': [
    { name: 'the old interface', host: computer(), gives: 'passes' },
    {
      name: 'nothing loaded',
      host: computer({ '/sys/class/misc/vfio': null }),
      gives: 'not here',
    },
    {
      name: 'iommufd, and vfio not loaded',
      host: computer({ ...iommufdAlone, '/sys/module/vfio_pci/parameters/disable_idle_d3': null }),
      gives: 'not here',
    },
    { name: 'iommufd alone', host: computer(iommufdAlone), gives: 'note', says: /-object iommufd/ },
    {
      name: 'iommufd alone, without QEMU',
      host: computer({ ...iommufdAlone, ...noQemu }),
      gives: 'not here',
    },
    {
      name: 'iommufd alone, and an old QEMU',
      host: computer({
        ...iommufdAlone,
        '/usr/bin/qemu-system-x86_64': program('QEMU emulator version 8.2.2 (Debian 1:8.2.2+ds-0ubuntu1)\n'),
      }),
      gives: 'warning',
      says: /QEMU 8\.2\.2 does not/,
    },
    { name: 'not to be read', host: computer({ '/sys/class/misc': denied }), gives: 'unknown' },
  ],
  'uefi-firmware': [
    { name: 'OVMF', host: computer(), gives: 'passes', says: /CODE\.fd/ },
    { name: 'none', host: computer(noOvmf), gives: 'warning', says: /SeaBIOS alone/ },
    {
      name: 'a descriptor whose firmware is gone',
      host: computer({ '/usr/share/OVMF/CODE.fd': null }),
      gives: 'warning',
    },
    {
      name: 'firmware for Arm only',
      host: computer({
        '/usr/share/qemu/firmware/60-ovmf.json': descriptor([], {
          targets: [{ architecture: 'aarch64', machines: ['virt-*'] }],
        }),
      }),
      gives: 'warning',
    },
    {
      name: 'a descriptor hidden by the administrator',
      host: computer({ '/etc/qemu/firmware/60-ovmf.json': '\n' }),
      gives: 'warning',
    },
    {
      name: 'Proxmox',
      host: computer({ ...noOvmf, '/usr/share/pve-edk2-firmware/OVMF_CODE_4M.secboot.fd': 'code' }),
      gives: 'passes',
      says: /Proxmox/,
    },
    { name: 'none, on Arm', host: computer({ ...noOvmf, '/proc/cpuinfo': arm }), gives: 'not here' },
    {
      name: 'a descriptor that is none',
      host: computer({ '/usr/share/qemu/firmware/60-ovmf.json': '{"features": []}' }),
      gives: 'unknown',
      says: /not understood.*60-ovmf/s,
    },
    {
      name: 'firmware that may not be looked at',
      host: computer({ '/usr/share/OVMF/CODE.fd': denied }),
      gives: 'unknown',
    },
  ],
  'windows-11-needs': [
    { name: 'a disk', host: computer(), gives: 'not here' },
    { name: 'all there', host: computer(display), gives: 'passes' },
    {
      name: 'OVMF without Secure Boot',
      host: computer({ ...display, '/usr/share/qemu/firmware/60-ovmf.json': descriptor(['acpi-s3']) }),
      gives: 'note',
      says: /UEFI with Secure Boot is missing/,
    },
    {
      name: 'neither that nor swtpm',
      host: computer({
        ...display,
        '/usr/share/qemu/firmware/60-ovmf.json': descriptor(['acpi-s3']),
        '/usr/bin/swtpm': null,
      }),
      gives: 'note',
      says: /swtpm and UEFI with Secure Boot are missing/,
    },
    {
      name: 'no UEFI at all, which another rule says',
      host: computer({ ...display, ...noOvmf, '/usr/bin/swtpm': null }),
      gives: 'note',
      says: /for Windows 11 swtpm is missing/,
    },
    { name: 'no QEMU', host: computer({ ...display, ...noQemu }), gives: 'not here' },
    { name: 'not to be read', host: computer({ ...display, '/usr/bin/swtpm': denied }), gives: 'unknown' },
  ],
  'kvm-there': [
    { name: 'there', host: computer(), gives: 'passes' },
    {
      name: 'not loaded',
      host: computer({ '/sys/class/misc/kvm': null }),
      gives: 'warning',
      says: /modprobe kvm_intel/,
    },
    {
      name: 'not loaded on AMD',
      host: computer({
        '/sys/class/misc/kvm': null,
        '/proc/cpuinfo': cpu('fpu svm', 'AuthenticAMD'),
        '/proc/sys/kernel/osrelease': '6.12.74\n',
      }),
      gives: 'warning',
      says: /modprobe kvm_amd/,
    },
    {
      name: 'AMD, and a kernel that does not tell whether it can be',
      host: computer({
        '/sys/class/misc/kvm': null,
        '/proc/cpuinfo': cpu('fpu svm', 'AuthenticAMD'),
        '/proc/sys/kernel/osrelease': '6.1.0-50-amd64\n',
      }),
      gives: 'not here',
      says: /see processor-virtualization/,
    },
    {
      name: 'under Xen',
      host: computer({
        '/sys/class/misc/kvm': null,
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': '000228f5\n',
      }),
      gives: 'not here',
      says: /see xen-dom0/,
    },
    {
      name: 'a processor that cannot',
      host: computer({ '/sys/class/misc/kvm': null, '/proc/cpuinfo': cpu('fpu') }),
      gives: 'not here',
    },
    {
      name: 'a virtual machine',
      host: computer({
        '/sys/class/misc/kvm': null,
        '/proc/cpuinfo': cpu('fpu hypervisor'),
      }),
      gives: 'warning',
      says: /nested/,
    },
    { name: 'not to be read', host: computer({ '/sys/class/misc': denied }), gives: 'unknown' },
  ],
}
