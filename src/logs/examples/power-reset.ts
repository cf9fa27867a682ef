import type { Examples } from './example.js'

export const powerResetExamples: Examples = {
  'reset-failed': {
    lines: [
      'vfio-pci 0000:01:00.0: not ready 65535ms after FLR; giving up',
      'vfio-pci 0000:01:00.0: not ready 65535ms after bus reset; giving up',
    ],
    nearMiss: 'vfio-pci 0000:01:00.0: ready 1023ms after FLR',
  },
  'reset-slow': {
    lines: ['vfio-pci 0000:01:00.0: not ready 1023ms after FLR; waiting'],
    nearMiss: 'usb 1-4: not ready; waiting',
  },
  'device-inaccessible': {
    lines: [
      'pci 0000:03:00.0: unknown header type 7f, ignoring device',
      'vfio-pci 0000:01:00.0: Unable to change power state from D3cold to D0, device inaccessible',
      "error : virPCIGetHeaderType:2897 : internal error: Unknown PCI header type '127' for device '0000:03:00.0'",
    ],
    nearMiss: "Unknown PCI header type '1' for device '0000:03:00.0'",
  },
  'd3-stuck': {
    lines: [
      'vfio-pci 0000:01:00.0: Refused to change power state from D3hot to D0',
      'vfio-pci 0000:03:00.1: Refused to change power state, currently in D3',
      'qemu-system-x86_64: vfio: Unable to power on device, stuck in D3',
    ],
    nearMiss: 'pci 0000:01:00.0: PME# supported from D0 D3hot D3cold',
  },
  'reset-needs-others': {
    lines: [
      'qemu-system-x86_64: vfio: Cannot reset device 0000:01:00.1, depends on group 14 which is not owned.',
    ],
    nearMiss: 'vfio: Cannot reset device',
  },
  'reset-refused-by-libvirt': {
    lines: [
      'error : virPCIDeviceReset:1074 : internal error: Unable to reset PCI device 0000:01:00.0: internal error: Active 0000:01:00.1 devices on bus with 0000:01:00.0, not doing bus reset',
    ],
    nearMiss: 'reset PCI device 0000:01:00.0',
  },
  'reset-disabled': {
    lines: ['vfio-pci 0000:01:00.0: All device reset methods disabled by user'],
    nearMiss: 'disabled by user',
  },
  'nvme-reset-quirk': {
    lines: ['nvme 0000:04:00.0: Timeout waiting for NVMe ready status to clear after disable'],
    nearMiss: 'nvme nvme0: Timeout waiting',
  },
}
