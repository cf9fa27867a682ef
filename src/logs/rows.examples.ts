/** For the tests of each row: lines in the form in which they are printed, and one that is nearly so and means something else. */
export interface Example {
  readonly lines: readonly string[]
  readonly nearMiss: string
}

const q = 'qemu-system-x86_64: -device vfio-pci,host=0000:02:00.0'

/** By cause. */
export const examples: Readonly<Record<string, Example>> = {
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
  'bad-ids': { lines: ['vfio_pci: invalid id string "10de-2206"'], nearMiss: 'usbserial: invalid id "10de"' },
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

  'reserved-by-firmware': {
    lines: [
      'vfio-pci 0000:04:00.0: Device is ineligible for IOMMU domain attach due to platform RMRR requirement.  Contact your platform vendor.',
      'vfio-pci 0000:04:00.0: Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the device without a 1:1 mapping. Contact your platform vendor.',
    ],
    nearMiss: 'DMAR: RMRR base: 0x000000bdf6f000 end: 0x000000bdf7efff',
  },
  'no-interrupt-remapping': {
    lines: [
      'vfio_iommu_type1_attach_group: No interrupt remapping support.  Use the module param "allow_unsafe_interrupts" to enable VFIO IOMMU support on this platform',
      `${q}: vfio 0000:02:00.0: failed to setup container for group 1: Failed to set VFIO IOMMU type: Operation not permitted`,
    ],
    nearMiss: 'AMD-Vi: Interrupt remapping enabled',
  },
  'interrupt-remapping-off': {
    lines: [
      'DMAR-IR: Failed to enable irq remapping. You are vulnerable to irq-injection attacks.',
      'AMD-Vi: Disabling interrupt remapping',
    ],
    nearMiss: 'DMAR-IR: Enabled IRQ remapping in x2apic mode',
  },
  'unsafe-interrupts-allowed': {
    lines: [
      'vfio-pci 0000:01:00.0: MSI interrupts are not secure, they cannot be isolated by the platform. Check that platform features like interrupt remapping are enabled.',
    ],
    nearMiss: 'MSI interrupts are secure',
  },
  'container-refused': {
    lines: [
      `${q}: vfio 0000:02:00.0: failed to setup container for group 1: Failed to set group container: Invalid argument`,
    ],
    nearMiss: 'Failed to set group container: Bad file descriptor',
  },
  'no-iommu-model': {
    lines: [`${q}: vfio 0000:02:00.0: failed to setup container for group 1: No available IOMMU models`],
    nearMiss: 'No available IOMMU',
  },
  'dma-fault': {
    lines: [
      'DMAR: [DMA Read NO_PASID] Request device [01:00.0] fault addr 0xdeadb000 [fault reason 0x06] PTE Read access is not set',
      'ahci 0000:06:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0000 address=0x423d8d980 flags=0x0070]',
    ],
    nearMiss: 'DMAR: Host address width 39',
  },
  'interrupt-fault': {
    lines: [
      'DMAR: [INTR-REMAP] Request device [f0:1f.0] fault index 0x25 [fault reason 0x25] Blocked a compatibility format interrupt request',
    ],
    nearMiss: 'DMAR: [INTR-REMAP] enabled',
  },
  'iommu-no-answer': {
    lines: [
      'AMD-Vi: Completion-Wait loop timed out',
      'iommu ivhd0: AMD-Vi: Event logged [IOTLB_INV_TIMEOUT device=0000:0a:00.0 address=0x7fffffff]',
    ],
    nearMiss: 'AMD-Vi: Completion-Wait loop ended',
  },
  'iommu-table-broken': {
    lines: [
      'AMD-Vi: IVRS table error: AE_NOT_FOUND',
      '[Firmware Bug]: Your BIOS is broken; DMAR reported at address fed90000 returns all ones!',
    ],
    nearMiss: 'ACPI: IVRS 0x00000000CA0C1000 0000D0 (v02 AMD)',
  },
  'group-failed': {
    lines: ['pci 0000:01:00.0: Failed to add to iommu group 14: -16'],
    nearMiss: 'pci 0000:01:00.0: Adding to iommu group 14',
  },

  memlock: {
    lines: ['vfio_pin_pages_remote: RLIMIT_MEMLOCK (8388608) exceeded'],
    nearMiss: 'RLIMIT_NOFILE (1024) exceeded',
  },
  'memory-not-pinned': {
    lines: [
      `${q}: VFIO_MAP_DMA failed: Cannot allocate memory`,
      'qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -12 (Cannot allocate memory)',
      `${q}: vfio 0000:02:00.0: vfio_container_dma_map(0x5594, 0x0, 0xa0000, 0x7f0c) = -12 (Cannot allocate memory)`,
    ],
    nearMiss: 'VFIO_UNMAP_DMA failed: Cannot allocate memory',
  },
  'address-out-of-reach': {
    lines: [
      'qemu-system-x86_64: VFIO_MAP_DMA failed: Invalid argument',
      'vfio_dma_map(0x557a, 0x380000000000, 0x10000000, 0x7f2b) = -22 (Invalid argument)',
    ],
    nearMiss: 'vfio_dma_unmap(0x557a, 0x380000000000, 0x10000000) = -22 (Invalid argument)',
  },
  'mapping-exists': {
    lines: ['qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -17 (File exists)'],
    nearMiss: 'mkdir: cannot create directory: File exists',
  },
  'too-many-mappings': {
    lines: ['qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -28 (No space left on device)'],
    nearMiss: 'write: No space left on device',
  },
  'mapping-fatal': {
    lines: ['qemu: hardware error: vfio: DMA mapping failed, unable to continue'],
    nearMiss: 'DMA mapping failed, trying again',
  },
  'host-memory': {
    lines: ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory"],
    nearMiss: 'fork: Cannot allocate memory',
  },

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
      'vfio-pci 0000:01:00.0: Unable to change power state from D3cold to D0, device inaccessible',
      "error : virPCIGetHeaderType:2897 : internal error: Unknown PCI header type '127' for device '0000:03:00.0'",
    ],
    nearMiss: "Unknown PCI header type '1' for device '0000:03:00.0'",
  },
  'd3-stuck': {
    lines: [
      'vfio-pci 0000:01:00.0: Refused to change power state from D3hot to D0',
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

  'bar-taken': {
    lines: ["vfio-pci 0000:01:00.0: BAR 1: can't reserve [mem 0xe0000000-0xefffffff 64bit pref]"],
    nearMiss: 'vfio-pci 0000:01:00.0: BAR 1: assigned [mem 0xe0000000-0xefffffff 64bit pref]',
  },
  'bar-slow': {
    lines: ['qemu-system-x86_64: Failed to mmap 0000:01:00.0 BAR 1. Performance may be slow'],
    nearMiss: 'Failed to mmap 0000:01:00.0',
  },
  'bar-no-space': {
    lines: ["pci 0000:01:00.0: BAR 1 [mem size 0x400000000 64bit pref]: can't assign; no space"],
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

  'aer-uncorrectable': {
    lines: [
      'pcieport 0000:00:01.0: PCIe Bus Error: severity=Uncorrectable (Non-Fatal), type=Transaction Layer, (Requester ID)',
      'vfio-pci 0000:01:00.0: AER: PCIe Bus Error: severity=Uncorrectable (Fatal), type=Inaccessible, (Unregistered Agent ID)',
    ],
    nearMiss: 'pcieport 0000:00:01.0: AER: enabled with IRQ 122',
  },
  'aer-correctable': {
    lines: [
      'pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver ID)',
      'pcieport 0000:00:1c.0: AER: PCIe Bus Error: severity=Correctable, type=Data Link Layer, (Transmitter ID)',
    ],
    nearMiss: 'EDAC MC0: 1 CE memory read error',
  },
  'aer-no-recovery': {
    lines: ['pcieport 0000:00:01.0: AER: device recovery failed'],
    nearMiss: 'pcieport 0000:00:01.0: AER: device recovery successful',
  },
  dpc: {
    lines: ['pcieport 0000:00:01.0: DPC: containment event, status:0x1f01 source:0x0000'],
    nearMiss:
      'pcieport 0000:00:01.0: DPC: error containment capabilities: Int Msg #0, RPExt+ PoisonedTLP+ SwTrigger+ RP PIO Log 4, DL_ActiveErr+',
  },
  'link-down': {
    lines: [
      'pcieport 0000:00:1c.4: pciehp: Slot(4): Link Down',
      'pcieport 0000:00:1c.4: pciehp: Slot(4): Card not present',
    ],
    nearMiss: 'e1000e 0000:00:1f.6 eth0: NIC Link is Down',
  },
  'irq-nobody-cared': {
    lines: ['irq 16: nobody cared (try booting with the "irqpoll" option)', 'Disabling IRQ #16'],
    nearMiss: 'irq 16: handled',
  },
  'intx-shared': {
    lines: ['genirq: Flags mismatch irq 16. 00000000 (vfio-intx(0000:00:1b.0)) vs. 00000080 (ehci_hcd:usb1)'],
    nearMiss: 'genirq: Flags mismatch irq 8. 00000000 (rtc0) vs. 00000080 (hpet)',
  },
  'msi-failed': {
    lines: ['qemu-system-x86_64: vfio: failed to enable vectors, -28'],
    nearMiss: 'failed to enable vectors',
  },
  'irte-exhausted': { lines: ["DMAR-IR: IR1: can't allocate an IRTE"], nearMiss: 'DMAR-IR: IR1: allocated' },
  'msix-misplaced': {
    lines: [
      `${q}: vfio 0000:02:00.0: hardware reports invalid configuration, MSIX PBA outside of specified BAR`,
    ],
    nearMiss: 'hardware reports configuration',
  },

  'nvidia-in-use': {
    lines: ['NVRM: Attempting to remove device 0000:01:00.0 with non-zero usage count!'],
    nearMiss: 'Attempting to remove device 0000:01:00.0',
  },
  'nvidia-init-failed': {
    lines: ['NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x24:0x65:1185)'],
    nearMiss: 'NVRM: GPU 0000:01:00.0: RmInitAdapter',
  },
  'nvidia-off-bus': {
    lines: [
      'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.',
      'NVRM: GPU at 0000:01:00.0 has fallen off the bus.',
    ],
    nearMiss: 'the webcam has fallen off the bus.',
  },
  'nvidia-not-probed': {
    lines: ['NVRM: The NVIDIA probe routine was not called for 1 device(s).'],
    nearMiss: 'NVRM: loading NVIDIA UNIX x86_64 Kernel Module',
  },
  'amdgpu-reset-failed': {
    lines: [
      'amdgpu 0000:03:00.0: amdgpu: GPU reset(2) failed',
      'amdgpu 0000:03:00.0: amdgpu: asic reset on init failed',
      'amdgpu 0000:03:00.0: amdgpu: PSP load sos failed!',
    ],
    nearMiss: 'amdgpu 0000:03:00.0: amdgpu: GPU reset(2) succeeded!',
  },
  'amdgpu-no-rom': {
    lines: ['amdgpu 0000:03:00.0: amdgpu: Unable to locate a BIOS ROM'],
    nearMiss: 'amdgpu 0000:03:00.0: amdgpu: Fetched VBIOS from ROM BAR',
  },
  'nvme-down': {
    lines: [
      'nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff',
      'nvme nvme0: Device not ready; aborting initialisation, CSTS=0x0',
    ],
    nearMiss: 'nvme nvme0: 8/0/0 default/read/poll queues',
  },
  'xhci-dead': {
    lines: ['xhci_hcd 0000:3a:00.0: xHCI host controller not responding, assume dead'],
    nearMiss: 'xhci_hcd 0000:3a:00.0: xHCI Host Controller',
  },
  'sound-no-codec': {
    lines: [
      'snd_hda_intel 0000:01:00.1: CORB reset timeout#2, CORBRP = 65535',
      'snd_hda_intel 0000:01:00.1: no codecs initialized',
    ],
    nearMiss: 'snd_hda_intel 0000:01:00.1: 2 codecs initialized',
  },
  'module-in-use': {
    lines: [
      'modprobe: FATAL: Module nvidia is in use.',
      'rmmod: ERROR: Module amdgpu is in use',
      'rmmod: ERROR: Module nvidia is in use by: nvidia_modeset',
    ],
    nearMiss: 'Module nvidia is loaded',
  },

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
      "error: Failed to unbind PCI device '0000:01:00.0' from nvidia: Device or resource busy",
      "error : virPCIDeviceSetDriverOverride:1208 : Failed to add driver 'vfio-pci' to driver_override  interface of PCI device '0000:01:00.0': No such device",
    ],
    nearMiss: "unbind PCI device '0000:01:00.0' from nvidia",
  },
  'qemu-ended': {
    lines: ['error : qemuMonitorIO:523 : internal error: qemu unexpectedly closed the monitor'],
    nearMiss: 'the monitor was closed',
  },

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

  'bridge-window': {
    lines: [
      "pci 10000:e0:06.2: bridge window [io  size 0x1000]: can't assign; no space",
      "pci 0000:00:02.1: bridge window [mem 0xde200000-0xde7fffff]: can't claim; address conflict with AMDIF031:00 [mem 0xde300000-0xde300fff]",
    ],
    nearMiss: 'pci 0000:00:02.1: bridge window [mem 0xde200000-0xde7fffff]: assigned',
  },
  'cpu-feature-missing': {
    lines: [
      "qemu-system-x86_64: warning: host doesn't support requested feature: CPUID.80000001H:ECX.svm [bit 2]",
    ],
    nearMiss: "error: the host doesn't support feature",
  },
  'bar-peer-to-peer': {
    lines: [
      '0000:01:00.0: PCI peer-to-peer transactions on BARs are not supported.',
      'qemu-system-x86_64: warning: IOMMU_IOAS_MAP failed: Bad address, PCI BAR?',
    ],
    nearMiss: 'IOMMU_IOAS_MAP failed: Bad address',
  },
  'no-error-recovery': {
    lines: ['qemu-system-x86_64: warning: vfio 0000:01:00.0: Could not enable error recovery for the device'],
    nearMiss: 'Could not enable error recovery',
  },
  'capability-hidden': {
    lines: [
      'vfio-pci 0000:01:00.0: vfio_ecap_init: hiding ecap 0x1e@0x258',
      'vfio-pci 0000:01:00.0: vfio_cap_init: hiding cap 0x0@0x0',
    ],
    nearMiss: 'hiding ecap',
  },
  'bars-restored': {
    lines: ['vfio-pci 0000:01:00.0: vfio_bar_restore: reset recovery - restoring BARs'],
    nearMiss: 'usb 1-1: reset recovery',
  },
  'intx-masked': {
    lines: ['vfio-pci 0000:01:00.0: Masking broken INTx support'],
    nearMiss: 'Masking broken',
  },
  'irq-bypass': {
    lines: ['vfio-pci 0000:01:00.0: irq bypass producer (eventfd 000000008b9e0f01) registration fails: -16'],
    nearMiss: 'irq bypass producer registered',
  },
  'device-asked-back': {
    lines: ['vfio-pci 0000:01:00.0: Relaying device request to user (#0)'],
    nearMiss: 'Relaying request',
  },
  'iommu-features-differ': {
    lines: ['DMAR: IOMMU feature sc_support inconsistent'],
    nearMiss: 'DMAR: IOMMU feature sc_support',
  },
  'iommu-counters': {
    lines: ['pci 0000:00:00.2: AMD-Vi: Unable to read/write to IOMMU perf counter.'],
    nearMiss: 'pci 0000:00:00.2: AMD-Vi: IOMMU performance counters supported',
  },
  'vga-rights-changed': {
    lines: [
      'i915 0000:00:02.0: vgaarb: VGA decodes changed: olddecodes=io+mem,decodes=io+mem:owns=io+mem',
      'i915 0000:00:02.0: vgaarb: changed VGA decodes: olddecodes=io+mem,decodes=none:owns=none',
    ],
    nearMiss: 'vgaarb: VGA device added: decodes=io+mem,owns=none,locks=none',
  },
  'dmar-fault-status': {
    lines: ['DMAR: DRHD: handling fault status reg 2'],
    nearMiss: 'DMAR: DRHD base: 0x000000fed90000 flags: 0x0',
  },
  'split-lock': {
    lines: [
      'x86/split lock detection: #AC: CPU 0/KVM/4711 took a split_lock trap at address: 0xfffff80512345678',
    ],
    nearMiss: 'x86/split lock detection: warning about user-space split_locks',
  },
  'hibernation-locked': {
    lines: ['Lockdown: systemd-logind: hibernation is restricted; see man kernel_lockdown.7'],
    nearMiss: 'hibernation is restricted',
  },
}
