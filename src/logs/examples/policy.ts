import type { Examples } from './example.js'

export const policyExamples: Examples = {
  'apparmor-denied': {
    lines: [
      'audit: type=1400 audit(1700000000.123:45): apparmor="DENIED" operation="open" class="file" profile="libvirt-6b0b3e4c-0a1b-4c2d-8e3f-1234567890ab" name="/dev/vfio/12" pid=1 comm="qemu-system-x86"',
      'audit: type=1400 audit(1700000000.123:45): apparmor="DENIED" operation="open" profile="libvirt-6b0b3e4c-0a1b-4c2d-8e3f-1234567890ab" name="/dev/vfio/12" pid=1',
    ],
    nearMiss:
      'audit: type=1400 audit(1.1:2): apparmor="DENIED" operation="open" class="file" profile="/usr/bin/man" name="/etc/x"',
  },
  'selinux-denied': {
    lines: [
      'type=AVC msg=audit(1700000000.123:45): avc:  denied  { read write } for  pid=4711 comm="qemu-system-x86" path="/dev/vfio/12" dev="devtmpfs"',
      'type=AVC msg=audit(1700000000.123:46): avc:  denied  { read } for  pid=4711 comm="qemu-kvm" name="vbios.rom" dev="dm-0" ino=131',
    ],
    nearMiss: 'avc:  granted  { read } for  pid=4711 comm="qemu-system-x86" path="/dev/vfio/12"',
  },
  lockdown: {
    lines: ['Lockdown: setpci: direct PCI access is restricted; see man kernel_lockdown.7'],
    nearMiss: 'Kernel is locked down from EFI Secure Boot; see man kernel_lockdown.7',
  },
  'module-rejected': {
    lines: [
      'Loading of unsigned module is rejected',
      "modprobe: ERROR: could not insert 'vendor_reset': Key was rejected by service",
    ],
    nearMiss: 'vendor_reset: loading out-of-tree module taints kernel.',
  },
  'unknown-option': {
    lines: ["vfio_pci: unknown parameter 'disable_vgga' ignored"],
    nearMiss: "snd_hda_intel: unknown parameter 'x' ignored",
  },
  'unknown-iommu-option': {
    lines: ["AMD-Vi: Unknown option - 'on'"],
    nearMiss: "ath: Unknown option - 'on'",
  },
  'bad-acs-option': {
    lines: ["PCI: Can't parse ACS command line parameter"],
    nearMiss: 'pci 0000:00:1c.0: Intel PCH root port ACS workaround enabled',
  },
  'unknown-pci-option': { lines: ["PCI: Unknown option `reallok'"], nearMiss: "cgroup: Unknown option `x'" },
  'iommu-off-by-option': { lines: ['DMAR: IOMMU disabled'], nearMiss: 'DMAR: IOMMU enabled' },
}
