import type { Examples } from './example.js'

export const harmlessExamples: Examples = {
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
