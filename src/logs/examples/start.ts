import { type Examples, q } from './example.js'

export const startExamples: Examples = {
  'disk-locked': {
    lines: [
      'qemu-system-x86_64: -device virtio-blk-pci,drive=d: Failed to get "write" lock',
      'Is another process using the image [/tmp/dd.img]?',
    ],
    nearMiss: 'Failed to get a lock',
  },
  'kernel-missing': {
    lines: ["qemu: could not open kernel file '/nowhere': No such file or directory"],
    nearMiss: 'qemu: could not open',
  },
  'firmware-missing': {
    lines: [
      "qemu-system-x86_64: Could not open '/usr/share/OVMF/OVMF_CODE_4M.fd': No such file or directory",
      "qemu: could not load PC BIOS 'OVMF.fd'",
    ],
    nearMiss: "loaded '/usr/share/OVMF/OVMF_CODE_4M.fd'",
  },
  'file-missing': {
    lines: [
      "qemu-system-x86_64: -drive if=none,file=/nowhere: Could not open '/nowhere': No such file or directory",
    ],
    nearMiss: "Could not open '/nowhere': Input/output error",
  },
  'file-denied': {
    lines: ["qemu-system-x86_64: -drive file=/root/a: Could not open '/root/a': Permission denied"],
    nearMiss: "Could not stat '/root/a': Permission denied",
  },
  'kvm-unusable': {
    lines: ['Could not access KVM kernel module: No such file or directory'],
    nearMiss: 'Could not access the kernel module',
  },
  'kvm-off': {
    lines: [
      'kvm_intel: VMX not enabled (by BIOS) in MSR_IA32_FEAT_CTL on CPU 0',
      'kvm: disabled by bios',
      "kvm: support for 'kvm_intel' disabled by bios",
    ],
    nearMiss: 'x86/cpu: SGX disabled by BIOS.',
  },
  'address-bits': {
    lines: ['qemu-system-x86_64: Address space limit 0xffffffffff < 0x1187fffffff phys-bits too low (40)'],
    nearMiss: 'Address space limit',
  },
  'vtd-width': {
    lines: [`${q}: vfio 0000:02:00.0: Failed to set vIOMMU: aw-bits 48 > host aw-bits 39`],
    nearMiss: 'aw-bits 39',
  },
  'vtd-caching': {
    lines: [
      'qemu-system-x86_64: We need to set caching-mode=on for intel-iommu to enable device assignment with IOMMU protection.',
    ],
    nearMiss: '-device intel-iommu,caching-mode=on',
  },
  'slot-taken': {
    lines: [
      'qemu-system-x86_64: -device vfio-pci,host=01:00.0,addr=2: PCI: slot 2 function 0 not available for vfio-pci, in use by VGA,id=(null)',
    ],
    nearMiss: 'PCI: slot 2 function 0 available',
  },
  'pcie-type': {
    lines: [`${q}: vfio 0000:02:00.0: assignment of PCIe type 0x5 devices is not currently supported`],
    nearMiss: 'assignment of PCIe devices is supported',
  },
  'igd-legacy': {
    lines: [
      "qemu-system-x86_64: -device vfio-pci,host=00:02.0: vfio 0000:00:02.0: Machine is not i440fx, assigned BDF is not 00:02.0, or device 3e92 (gen 9) doesn't support legacy mode",
    ],
    nearMiss: 'qemu: IGD legacy mode enabled, use x-igd-legacy-mode=off to disable it if unwanted.',
  },
  'igd-no-access': {
    lines: [`${q}: vfio 0000:00:02.0: IGD LPC bridge access is not supported by kernel`],
    nearMiss: 'IGD legacy mode enabled',
  },
  'libvirt-in-use': {
    lines: [
      'error: Requested operation is not valid: PCI device 0000:01:00.0 is in use by driver QEMU, domain win10',
    ],
    nearMiss: 'PCI device 0000:01:00.0 is used',
  },
  'libvirt-unmanaged': {
    lines: [
      'error: Requested operation is not valid: Unmanaged PCI device 0000:01:00.0 must be manually detached from the host',
    ],
    nearMiss: 'Unmanaged PCI device 0000:01:00.0',
  },
  'libvirt-no-vfio': {
    lines: ["error: unsupported configuration: host doesn't support passthrough of host PCI devices"],
    nearMiss: "qemu: warning: host doesn't support KVM",
  },
  'libvirt-acs': {
    lines: [
      'error: internal error: Device 0000:05:00.0 is behind a switch lacking ACS and cannot be assigned',
    ],
    nearMiss: 'Device 0000:05:00.0 is behind a switch',
  },
  'libvirt-driver-change': {
    lines: [
      "error: Failed to trigger a probe for PCI device '0000:01:00.0': Invalid argument",
      'error: Failed to load PCI driver module vfio-pci: administratively prohibited',
      'error : virHostdevReattachAllPCIDevices:634 : Failed to re-attach PCI device: internal error: Not reattaching active device 0000:01:00.0',
      "error: Failed to unbind PCI device '0000:01:00.0' from nvidia: Device or resource busy",
      "error : virPCIDeviceSetDriverOverride:1208 : Failed to add driver 'vfio-pci' to driver_override  interface of PCI device '0000:01:00.0': No such device",
    ],
    nearMiss: "unbind PCI device '0000:01:00.0' from nvidia",
  },
  'qemu-ended': {
    lines: ['error : qemuMonitorIO:523 : internal error: qemu unexpectedly closed the monitor'],
    nearMiss: 'the monitor was closed',
  },
}
