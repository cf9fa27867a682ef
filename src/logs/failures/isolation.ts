import type { Failure } from '../failure.js'
import { iommuOff } from './iommu-off.js'

const remapping =
  'switch on interrupt remapping (x2APIC, VT-d, AMD-Vi) in the firmware setup, and leave intremap=off out of the kernel command line; the module option allow_unsafe_interrupts gives that protection up'

/** What the IOMMU refuses, and what it stopped. */
export const isolationFailures: readonly Failure[] = [
  {
    cause: 'reserved-by-firmware',
    title: 'the firmware claims memory for the device (RMRR, IVMD), so the kernel does not give it away',
    why: 'Firmware asked that the device always reach a range of memory at its own address. In a virtual machine it could not.',
    fix: 'switch off pre-boot DMA protection ("Kernel DMA Protection") in the firmware setup; some servers (HPE) have a tool of the vendor that takes the claim from a slot',
    certainty: 'certain',
    messages: [
      {
        format: 'Device is ineligible for IOMMU domain attach due to platform RMRR requirement.',
        source: 'drivers/iommu/intel/iommu.c intel_iommu_attach_device',
        seen: 'Linux 6.1',
      },
      {
        format:
          'Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the device without a 1:1 mapping.',
        source: 'drivers/iommu/iommu.c __iommu_device_set_domain',
        seen: 'Linux 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'no-interrupt-remapping',
    title: 'the platform does not remap interrupts, so a device could forge them',
    why: 'A device raises an interrupt by a write to memory. Without remapping nothing checks whose interrupt it is.',
    fix: remapping,
    certainty: 'certain',
    messages: [
      {
        format:
          '%s: No interrupt remapping support.  Use the module param "allow_unsafe_interrupts" to enable VFIO IOMMU support on this platform',
        source: 'drivers/vfio/vfio_iommu_type1.c vfio_iommu_type1_attach_group',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Failed to set iommu for container',
        errno: 'Operation not permitted',
        source: 'hw/vfio/container-legacy.c vfio_set_iommu (in 7.2: hw/vfio/common.c vfio_init_container)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'Failed to set VFIO IOMMU type',
        errno: 'Operation not permitted',
        source: 'util/vfio-helpers.c qemu_vfio_init_pci',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'error bind device fd=%d to iommufd=%d',
        errno: 'Operation not permitted',
        source:
          'hw/vfio/iommufd.c iommufd_cdev_connect_and_bind; drivers/iommu/iommufd/device.c iommufd_device_bind',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
    follows: ['interrupt-remapping-off'],
  },
  {
    cause: 'interrupt-remapping-off',
    title: 'the kernel could not switch interrupt remapping on',
    why: 'The firmware describes the interrupt controllers wrongly or not at all, or forbids it.',
    fix: 'update the firmware; look for x2APIC and IOMMU in its setup',
    certainty: 'certain',
    messages: [
      {
        format: 'Failed to enable irq remapping. You are vulnerable to irq-injection attacks.',
        source: 'drivers/iommu/intel/irq_remapping.c intel_cleanup_irq_remapping',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'AMD-Vi: Disabling interrupt remapping',
        source: 'drivers/iommu/amd/init.c check_ioapic_information',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'DMAR-IR: Not enabling interrupt remapping',
        source: 'drivers/iommu/intel/irq_remapping.c intel_prepare_irq_remapping',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'This system BIOS has enabled interrupt remapping',
        source: 'drivers/iommu/intel/irq_remapping.c intel_prepare_irq_remapping',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'unsafe-interrupts-allowed',
    title: 'devices are handed over although their interrupts are not kept apart',
    why: 'allow_unsafe_interrupts is set: a guest can raise any interrupt of the host.',
    fix: remapping,
    certainty: 'certain',
    messages: [
      {
        format: 'MSI interrupts are not secure, they cannot be isolated by the platform.',
        source: 'drivers/iommu/iommufd/device.c iommufd_device_bind',
        seen: 'Linux 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'container-refused',
    title: 'the kernel does not put the group behind this IOMMU',
    why: 'Either the firmware claims memory for a device of it (RMRR), or the IOMMU cannot hold it.',
    fix: 'see `dmesg` for the reason: for a 1:1 mapping, switch off pre-boot DMA protection in the firmware setup',
    certainty: 'likely',
    messages: [
      {
        format: 'Failed to set group container',
        errno: 'Invalid argument',
        source: 'hw/vfio/container-legacy.c vfio_set_iommu (in 7.2: hw/vfio/common.c vfio_init_container)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'Failed to set iommu for container',
        errno: 'Invalid argument',
        source: 'hw/vfio/container-legacy.c vfio_set_iommu (in 7.2: hw/vfio/common.c vfio_init_container)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: '[iommufd=%d] error attach %s (%d) to id=%d',
        args: ['', 'device'],
        errno: 'Invalid argument',
        source: 'hw/vfio/iommufd.c iommufd_cdev_attach_ioas_hwpt',
        seen: 'QEMU 10.0, 10.2',
      },
    ],
    follows: ['reserved-by-firmware', 'no-interrupt-remapping'],
  },
  {
    cause: 'no-iommu-model',
    title: 'the kernel offers QEMU no IOMMU that it knows',
    why: 'The module vfio_iommu_type1 is not loaded, or the IOMMU is off.',
    fix: 'modprobe vfio_iommu_type1, and see that handover groups shows groups',
    certainty: 'likely',
    messages: [
      {
        format: 'No available IOMMU models',
        source: 'hw/vfio/container-legacy.c vfio_get_iommu_type (in 7.2: hw/vfio/common.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    instead: iommuOff,
  },
  {
    cause: 'dma-fault',
    title: 'the IOMMU stopped a DMA of {device}',
    why: 'The device went to an address that nobody mapped for it: a driver in the guest or on the host that tells the wrong address, a device that was not reset between two users, or firmware that left it running.',
    fix: 'note what was going on at that time: at the start of a guest, look at how the device is reset; on the host, at the driver',
    certainty: 'likely',
    messages: [
      {
        format:
          'DMAR: [%s NO_PASID] Request device [%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s',
        args: ['=DMA (?:Read|Write)'],
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux 6.1, 6.12',
      },
      {
        format:
          'DMAR: [%s NO_PASID] Request device [%04x:%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s',
        args: ['=DMA (?:Read|Write)'],
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux 7.3',
      },
      {
        format:
          'DMAR: [%s PASID 0x%x] Request device [%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s',
        args: ['=DMA (?:Read|Write)'],
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux 6.1, 6.12',
      },
      {
        format:
          'DMAR: [%s PASID 0x%x] Request device [%04x:%02x:%02x.%d] fault addr 0x%llx [fault reason 0x%02x] %s',
        args: ['=DMA (?:Read|Write)'],
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux 7.3',
      },
      {
        format: 'DMAR: [%s] Request device [%02x:%02x.%d] PASID %x fault addr %llx [fault reason %02d] %s',
        args: ['=DMA (?:Read|Write)'],
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux before 0x was put before the address',
      },
      {
        format: 'Event logged [IO_PAGE_FAULT domain=0x%04x address=0x%llx flags=0x%04x]',
        source: 'drivers/iommu/amd/iommu.c amd_iommu_report_page_fault',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format:
          'Event logged [IO_PAGE_FAULT device=%04x:%02x:%02x.%x domain=0x%04x address=0x%llx flags=0x%04x]',
        source: 'drivers/iommu/amd/iommu.c amd_iommu_report_page_fault',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Event logged [IO_PAGE_FAULT device=%02x:%02x.%x domain=0x%04x address=0x%llx flags=0x%04x]',
        source: 'drivers/iommu/amd/iommu.c amd_iommu_report_page_fault',
        seen: 'Linux before the segment was put before the bus',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible'],
  },
  {
    cause: 'interrupt-fault',
    title: 'the IOMMU stopped an interrupt of {device}',
    why: 'The device raised an interrupt that nobody set up for it, often after its driver or its guest was stopped.',
    fix: 'look at how the device is reset; where it goes on, leave it unused until the next power cycle',
    certainty: 'likely',
    messages: [
      {
        format:
          'DMAR: [INTR-REMAP] Request device [%02x:%02x.%d] fault index 0x%llx [fault reason 0x%02x] %s',
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux 6.1, 6.12',
      },
      {
        format:
          'DMAR: [INTR-REMAP] Request device [%04x:%02x:%02x.%d] fault index 0x%llx [fault reason 0x%02x] %s',
        source: 'drivers/iommu/intel/dmar.c dmar_fault_do_one',
        seen: 'Linux 7.3',
      },
      {
        format:
          'Event logged [INVALID_DEVICE_REQUEST device=%04x:%02x:%02x.%x pasid=0x%05x address=0x%llx flags=0x%04x]',
        source: 'drivers/iommu/amd/iommu.c iommu_print_event',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible'],
  },
  {
    cause: 'iommu-no-answer',
    title: 'the IOMMU waited in vain for an answer of a device',
    why: 'A device with ATS keeps a cache of addresses and must say when it dropped them. One that hangs, or was powered off, does not.',
    fix: 'look for a reset or power failure of a device just before; if there is none, try the kernel option pci=noats',
    certainty: 'likely',
    messages: [
      {
        format: 'Completion-Wait loop timed out',
        source: 'drivers/iommu/amd/iommu.c wait_on_sem',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Event logged [IOTLB_INV_TIMEOUT device=%04x:%02x:%02x.%x address=0x%llx]',
        source: 'drivers/iommu/amd/iommu.c iommu_print_event',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'VT-d detected Invalidation Time-out Error: SID %llx',
        source: 'drivers/iommu/intel/dmar.c qi_dump_fault',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'd3-stuck', 'link-down'],
  },
  {
    cause: 'iommu-table-broken',
    title: 'the firmware describes the IOMMU wrongly',
    why: 'The kernel goes without a part of it, or without all of it.',
    fix: 'update the firmware; the next lines of the log say what is left out',
    certainty: 'certain',
    messages: [
      {
        format: 'AMD-Vi: IVRS table error: %s',
        source: 'drivers/iommu/amd/init.c early_amd_iommu_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'DMAR: Parse DMAR table failure.',
        source: 'drivers/iommu/intel/dmar.c dmar_table_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Your BIOS is broken; DMAR reported at address %llx%s!',
        args: ['', '*'],
        source: 'drivers/iommu/intel/dmar.c warn_invalid_dmar',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Your BIOS is broken; bad RMRR [%#018Lx-%#018Lx]',
        args: ['=\\S+?', '=[^\\]]+'],
        source: 'drivers/iommu/intel/iommu.c dmar_parse_one_rmrr',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'group-failed',
    title: '{device} could not be put into an IOMMU group',
    why: 'The kernel met an error when it set the IOMMU up for the device.',
    fix: 'look at the lines of the IOMMU before this one; update the firmware or the kernel',
    certainty: 'certain',
    messages: [
      {
        format: 'Failed to add to iommu group %d: %d',
        source: 'drivers/iommu/iommu.c iommu_group_alloc_device (in 6.1: iommu_group_add_device)',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
]
