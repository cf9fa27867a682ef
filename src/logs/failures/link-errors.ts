import type { Failure } from '../failure.js'

/** Errors on the way to the device: PCI Express links, AER, DPC, hot plug, interrupts. */
export const linkFailures: readonly Failure[] = [
  {
    cause: 'aer-uncorrectable',
    title: 'PCI Express reports an error that lost data',
    why: 'A request of the device or to it failed: a riser cable, a slot, a card without power, or a device that was reset or taken away while it was used.',
    fix: 'the line tells the kind; look at what happened to the device just before. Try the card without riser, and a lower link speed in the firmware setup',
    certainty: 'certain',
    messages: [
      {
        format: '%s Bus Error: severity=%s',
        args: ['=PCIe|CXL', '=Uncorrect(?:able|ed) \\((?:Non-)?Fatal\\)'],
        source: 'drivers/pci/pcie/aer.c aer_print_error',
        seen: 'Linux 7.3',
      },
      {
        format: 'PCIe Bus Error: severity=%s, type=%s, (%s)',
        args: ['=Uncorrect(?:able|ed) \\((?:Non-)?Fatal\\)', '*', '*'],
        source: 'drivers/pci/pcie/aer.c aer_print_error',
        seen: 'Linux 6.1, 6.12',
      },
      {
        format:
          '%s(%s) Unrecoverable error detected. Please collect any data possible and then kill the guest',
        args: ['', 'device'],
        source: 'hw/vfio/pci.c vfio_err_notifier_handler',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    follows: ['link-down', 'device-inaccessible', 'reset-failed'],
  },
  {
    cause: 'aer-correctable',
    title: 'PCI Express reports errors that it corrected',
    why: 'Packets were sent again. A few are normal; many are a bad contact, a riser cable, or power saving of the link.',
    fix: 'if there are many: another slot or cable, pcie_aspm=off on the kernel command line to see whether power saving is the reason',
    certainty: 'certain',
    messages: [
      {
        format: '%s Bus Error: severity=%s',
        args: ['=PCIe|CXL', '=Correct(?:able|ed)'],
        source: 'drivers/pci/pcie/aer.c aer_print_error',
        seen: 'Linux 7.3',
      },
      {
        format: 'PCIe Bus Error: severity=%s, type=%s, (%s)',
        args: ['=Correct(?:able|ed)', '*', '*'],
        source: 'drivers/pci/pcie/aer.c aer_print_error',
        seen: 'Linux 6.1, 6.12',
      },
    ],
  },
  {
    cause: 'aer-no-recovery',
    title: 'the kernel could not bring the device back after an error',
    why: 'Recovery needs a driver that knows how, and a reset that works.',
    fix: 'switch the computer off and on; see the error before it',
    certainty: 'certain',
    messages: [
      {
        format: 'AER: device recovery failed',
        source: 'drivers/pci/pcie/err.c pcie_do_recovery',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'AER: subordinate device reset failed',
        source: 'drivers/pci/pcie/err.c pcie_do_recovery',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['aer-uncorrectable', 'dpc', 'link-down', 'device-inaccessible'],
  },
  {
    cause: 'dpc',
    title: 'a port cut the device off after an error (downstream port containment)',
    why: 'The port keeps bad data from spreading by switching the link off. The device is gone until the port is reset.',
    fix: 'look at the error that it names; try the card without riser, in another slot',
    certainty: 'certain',
    messages: [
      {
        format: 'DPC: containment event, status:%#06x source:%#06x',
        source: 'drivers/pci/pcie/dpc.c dpc_process_error',
        seen: 'Linux 6.1',
      },
      {
        format: 'DPC: containment event, status:%#06x: unmasked uncorrectable error detected',
        source: 'drivers/pci/pcie/dpc.c dpc_process_error',
        seen: 'Linux 6.12, 7.3',
      },
      {
        format: 'DPC: containment event, status:%#06x, %s received from %04x:%02x:%02x.%d',
        source: 'drivers/pci/pcie/dpc.c dpc_process_error',
        seen: 'Linux 6.12, 7.3',
      },
    ],
    follows: ['aer-uncorrectable'],
  },
  {
    cause: 'link-down',
    title: 'the link to the slot went down',
    why: 'The card was unplugged, lost power, or was reset so that its port took it for unplugged.',
    fix: 'if nobody unplugged it: power cables, riser, slot. If it comes with a reset by vfio: the port’s hot plug disturbs it, look for its setting in the firmware setup',
    certainty: 'certain',
    messages: [
      {
        format: 'pciehp: Slot(%s): Link Down',
        source: 'drivers/pci/hotplug/pciehp_ctrl.c pciehp_handle_presence_or_link_change',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'pciehp: Slot(%s): Card not present',
        source: 'drivers/pci/hotplug/pciehp_ctrl.c pciehp_handle_presence_or_link_change',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'pciehp: Slot(%s): Power fault',
        source: 'drivers/pci/hotplug/pciehp_hpc.c pciehp_isr',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'irq-nobody-cared',
    title: 'an interrupt line was switched off because nobody answered to it',
    why: 'A device raises a shared line and no driver on it takes the interrupt: often a device that was handed over or left without driver while it interrupts. Everything else on the line goes deaf too.',
    fix: 'find the devices on the line in /proc/interrupts; let the guest driver use MSI, and bind functions without driver to vfio-pci, which masks them',
    certainty: 'likely',
    messages: [
      {
        format: 'irq %d: nobody cared (try booting with the "irqpoll" option)',
        source: 'kernel/irq/spurious.c __report_bad_irq',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Disabling IRQ #%d',
        source: 'kernel/irq/spurious.c note_interrupt',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed'],
  },
  {
    cause: 'intx-shared',
    title: 'the interrupt line of the device is shared, and the device cannot be masked alone',
    why: 'vfio-pci must be able to silence the device without touching the others on its line. This device has no working mask (DisINTx), so it wants the line alone.',
    fix: 'unbind the other devices of the line (/proc/interrupts), move the card to another slot, or let the guest use MSI',
    certainty: 'certain',
    messages: [
      {
        format: 'genirq: Flags mismatch irq %d. %08x (%s) vs. %08x (%s)',
        args: ['', '', '=vfio-intx\\([^)]*\\)', '', '*'],
        source: 'kernel/irq/manage.c __setup_irq',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'genirq: Flags mismatch irq %d. %08x (%s) vs. %08x (%s)',
        args: ['', '', '*', '', '=vfio-intx\\([^)]*\\)'],
        source: 'kernel/irq/manage.c __setup_irq',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Failed to set up %s eventfd signaling for interrupt INTX-0: VFIO_DEVICE_SET_IRQS failure',
        errno: 'Device or resource busy',
        source: 'hw/vfio/device.c vfio_device_irq_set_signaling (in 7.2: hw/vfio/common.c)',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
  },
  {
    cause: 'msi-failed',
    title: 'the interrupts of the device could not be set up',
    why: 'The host has no vector left, the IOMMU has no entry left, or the device lost its state in a reset.',
    fix: 'see `dmesg` of the host at that time',
    certainty: 'likely',
    messages: [
      {
        format: 'vfio: failed to enable vectors, %d',
        source: 'hw/vfio/pci.c vfio_msix_vector_do_use',
        seen: 'QEMU 7.2, 10.0',
      },
      {
        format: 'vfio: failed to enable vectors, %s',
        args: ['*'],
        source: 'hw/vfio/pci.c vfio_msix_vector_do_use',
        seen: 'QEMU 10.2, 11.1',
      },
      {
        format: 'vfio: failed to enable MSI-X, %s',
        args: ['*'],
        source: 'hw/vfio/pci.c vfio_msix_enable',
        seen: 'QEMU 10.2, 11.1',
      },
      {
        format: 'vfio: Error: Failed to setup MSI fds: %s',
        args: ['*'],
        source: 'hw/vfio/pci.c vfio_msi_enable',
        seen: 'QEMU 10.2, 11.1',
      },
      {
        format: 'vfio: Error: Failed to enable MSI',
        source: 'hw/vfio/pci.c vfio_msi_enable',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'irte-exhausted'],
  },
  {
    cause: 'irte-exhausted',
    title: 'the IOMMU has no entry left for an interrupt',
    why: 'Every remapped interrupt takes one of a fixed number.',
    fix: 'give the devices fewer vectors, or use fewer virtual functions',
    certainty: 'certain',
    messages: [
      {
        format: "IR%d: can't allocate an IRTE",
        source: 'drivers/iommu/intel/irq_remapping.c alloc_irte',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Failed to allocate IRTE',
        source: 'drivers/iommu/intel/irq_remapping.c intel_irq_remapping_alloc',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'msix-misplaced',
    title: 'the device tells a wrong place for its MSI-X tables',
    why: 'The pending bits lie past the end of the BAR that the device names.',
    fix: 'see x-msix-relocation of vfio-pci in QEMU',
    certainty: 'certain',
    messages: [
      {
        format: 'hardware reports invalid configuration, MSIX PBA outside of specified BAR',
        source: 'hw/vfio/pci.c vfio_msix_early_setup',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
]
