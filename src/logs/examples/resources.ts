import { type Examples, q } from './example.js'

export const resourceExamples: Examples = {
  'bar-taken': {
    lines: ["vfio-pci 0000:01:00.0: BAR 1: can't reserve [mem 0xe0000000-0xefffffff 64bit pref]"],
    nearMiss: 'vfio-pci 0000:01:00.0: BAR 1: assigned [mem 0xe0000000-0xefffffff 64bit pref]',
  },
  'bar-slow': {
    lines: ['qemu-system-x86_64: Failed to mmap 0000:01:00.0 BAR 1. Performance may be slow'],
    nearMiss: 'Failed to mmap 0000:01:00.0',
  },
  'bar-no-space': {
    lines: [
      "pci 0000:01:00.0: BAR 1 [mem size 0x400000000 64bit pref]: can't assign; no space",
      'pci 0000:01:00.0: BAR 1: no space for [mem size 0x400000000 64bit pref]',
    ],
    nearMiss: "pci 0000:01:00.0: VF BAR 0 [mem size 0x1000]: can't assign; no space",
  },
  'bar-conflict': {
    lines: [
      "pci 0000:01:00.0: BAR 0 [mem 0xd0000000-0xd0ffffff]: can't claim; address conflict with PCI Bus 0000:00 [mem 0xd0000000-0xdfffffff window]",
    ],
    nearMiss: "pci 0000:01:00.0: BAR 0 [mem 0xd0000000-0xd0ffffff]: can't claim; no address assigned",
  },
  'sriov-no-space': {
    lines: [
      'ixgbe 0000:03:00.0: not enough MMIO resources for SR-IOV',
      "igb 0000:03:00.0: can't enable 7 VFs (bus 04 out of range of [bus 03])",
    ],
    nearMiss: 'enabled 7 VFs',
  },
  'rebar-failed': {
    lines: ['pci 0000:01:00.0: Failed to resize BAR 1: -ENOSPC'],
    nearMiss: 'amdgpu 0000:01:00.0: BAR 0: releasing [mem 0xe0000000-0xefffffff 64bit pref]',
  },
  'rom-invalid': {
    lines: [
      'vfio-pci 0000:01:00.0: Invalid PCI ROM header signature: expecting 0xaa55, got 0xffff',
      'qemu-system-x86_64: vfio-pci: Cannot read device rom at 0000:01:00.0',
    ],
    nearMiss: 'vfio-pci 0000:01:00.0: No more images in PCI ROM',
  },
  'rom-file': {
    lines: [`${q},romfile=/nowhere: failed to find romfile "/nowhere"`],
    nearMiss: 'found romfile "/nowhere"',
  },
  'rom-file-bad': { lines: [`${q},romfile=/e: romfile "/e" is empty`], nearMiss: '"/e" is empty' },
  'rom-unstable': {
    lines: [
      'qemu-system-x86_64: warning: Rom loading for device at 0000:03:00.0 has been disabled due to system instability issues',
    ],
    nearMiss: 'Rom loading for device has been enabled',
  },
  'x-vga': {
    lines: [
      `${q},x-vga=on: vfio 0000:02:00.0: failed getting region info for VGA region index 8: Invalid argument`,
      'device does not support requested feature x-vga',
    ],
    nearMiss: 'device does not support requested feature x-igd',
  },
  'region-io': {
    lines: [
      'qemu-system-x86_64: vfio_region_write(0000:01:00.0:region0+0x100, 0x1,4) failed: Input/output error',
      'qemu-system-x86_64: vfio_region_read(0000:01:00.0:region0+0x100, 4) failed: Cannot allocate memory',
    ],
    nearMiss: 'vfio_region_read (0000:01:00.0:region0+0x100, 4) = 0x1',
  },
}
