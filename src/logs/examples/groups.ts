import { type Examples, q } from './example.js'

export const groupExamples: Examples = {
  'group-not-viable': {
    lines: [
      `${q}: vfio 0000:02:00.0: group 8 is not viable`,
      'Please ensure all devices within the iommu_group are bound to their vfio bus driver.',
    ],
    nearMiss: `${q}: vfio 0000:02:00.0: group 8 is viable`,
  },
  'not-bound': {
    lines: [
      `${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: No such file or directory`,
      `${q}: vfio 0000:02:00.0: Could not open '/dev/vfio/10': No such file or directory`,
    ],
    nearMiss: `${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: Too many open files`,
  },
  'no-group': {
    lines: [`${q}: vfio 0000:02:00.0: no iommu_group found: No such file or directory`],
    nearMiss: `${q}: vfio 0000:02:00.0: iommu_group found`,
  },
  'group-busy': {
    lines: [
      `${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: Device or resource busy`,
      `${q}: vfio 0000:02:00.0: Could not open '/dev/vfio/10': Device or resource busy`,
    ],
    nearMiss: "qemu: Could not open '/dev/sdb': Device or resource busy",
  },
  'group-denied': {
    lines: [`${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: Permission denied`],
    nearMiss: `${q}: failed to open /dev/snd/10: Permission denied`,
  },
  'vfio-missing': {
    lines: [
      `${q}: vfio 0000:02:00.0: failed to setup container for group 1: failed to open /dev/vfio/vfio: No such file or directory`,
    ],
    nearMiss: 'failed to open /dev/vfio/vfiox: No such file or directory',
  },
  'iommufd-missing': {
    lines: [
      "qemu-system-x86_64: -object iommufd,id=i0: Could not open '/dev/iommu': No such file or directory",
    ],
    nearMiss: "Could not open '/dev/iommu': Device or resource busy",
  },
  'no-device-node': {
    lines: [`${q},iommufd=i0: vfio 0000:02:00.0: failed to find vfio-dev/vfioX/dev`],
    nearMiss: `${q}: failed to find vfio-dev`,
  },
  'no-such-device': {
    lines: [
      `${q}: vfio /sys/bus/pci/devices/0000:0a:00.0: no such host device: No such file or directory`,
      '2024-01-05 10:11:12.131+0000: 1234: error : virPCIDeviceNew:1471 : Device 0000:0a:00.0 not found: could not access /sys/bus/pci/devices/0000:0a:00.0/config: No such file or directory',
    ],
    nearMiss: 'vfio 0000:0a:00.0: a host device',
  },
  'given-twice': {
    lines: [`${q}: vfio 0000:02:00.0: device is already attached`],
    nearMiss: 'usb 1-1: device is already attached',
  },
  'group-two-spaces': {
    lines: [`${q}: vfio 0000:02:00.0: group 12 used in multiple address spaces`],
    nearMiss: 'group 12 used in one address space',
  },
  'sriov-parent': {
    lines: ['[   61.511220] vfio-pci 0000:03:00.0: Cannot bind to PF with SR-IOV enabled'],
    nearMiss: 'ixgbe 0000:03:00.0: SR-IOV enabled with 4 VFs',
  },
  'sriov-in-use': {
    lines: ['[ 9921.1] ixgbe 0000:03:00.0: Cannot modify SR-IOV while VFs are assigned'],
    nearMiss: 'VFs are assigned',
  },
  'vf-token': {
    lines: ['vfio-pci 0000:03:10.0: VF token required to access device'],
    nearMiss: 'a VF token is required by the device',
  },
  'probe-refused': {
    lines: [
      '[    3.5] vfio-pci 0000:00:1c.0: probe with driver vfio-pci failed with error -22',
      '[    3.5] vfio-pci: probe of 0000:00:1c.0 failed with error -22',
      'bash: echo: write error: Invalid argument',
    ],
    nearMiss: 'vfio-pci: probe of 0000:00:1c.0 failed with error -12',
  },
  denylisted: {
    lines: [
      'vfio-pci 0000:06:00.0: 8086:0435 exists in vfio-pci device denylist, driver probing disallowed.',
    ],
    nearMiss: 'device denylist disabled.',
  },
  'bad-ids': {
    lines: [
      'vfio_pci: failed to add dynamic id [10de:2206[ffffffff:ffffffff]] class 0x000000/00000000 (-12)',
      'vfio_pci: invalid id string "10de-2206"',
    ],
    nearMiss: 'usbserial: invalid id "10de"',
  },
  'user-keeps-device': {
    lines: [
      'vfio-pci 0000:01:00.0: No device request channel registered, blocked until released by user',
      'vfio-pci 0000:01:00.0: Device is currently in use, task "bash" (4711) blocked until device is released',
    ],
    nearMiss: 'task "bash" (4711) blocked until device is ready',
  },
  noiommu: {
    lines: ['vfio-pci 0000:01:00.0: vfio-noiommu device opened by user (dpdk-testpmd:812)'],
    nearMiss: 'vfio device opened by user (dpdk-testpmd:812)',
  },
  'vf-driver-differs': {
    lines: ['vfio-pci 0000:03:00.0: VF 0000:03:10.0 bound to driver iavf while PF bound to driver vfio-pci'],
    nearMiss: 'VF 0000:03:10.0 bound to driver iavf',
  },
}
