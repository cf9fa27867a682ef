import { type Examples, q } from './example.js'

export const linkExamples: Examples = {
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
}
