import { type Examples, q } from './example.js'

export const isolationExamples: Examples = {
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
      'AMD-Vi: Event logged [IO_PAGE_FAULT device=0b:00.0 domain=0x0000 address=0xfdf8f2a0 flags=0x0020]',
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
}
