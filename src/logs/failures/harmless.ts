import type { Failure } from '../failure.js'

/** Lines that look like trouble and are none. Ordinary lines, which alarm nobody, are in `ordinary`. */
export const harmlessLines: readonly Failure[] = [
  {
    cause: 'bridge-window',
    title: 'a bridge did not get all the room it could have',
    why: 'Ports without a card, or with room kept for hot plug, ask for more than there is; I/O ports run out on every larger computer. A device behind it that lacks room says so itself.',
    fix: 'nothing',
    certainty: 'likely',
    harmless: true,
    messages: [
      {
        format: "%s %pR: can't assign; no space",
        args: ['=bridge window'],
        source: 'drivers/pci/setup-res.c pci_assign_resource',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "%s %pR: can't claim; address conflict with %s %pR",
        args: ['=bridge window', '', '*'],
        source: 'drivers/pci/setup-res.c pci_claim_resource',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "%s %pR: can't assign; no space",
        args: ['=(?<!VF )BAR [0-6]', '=\\[io [^\\]]{1,80}\\]'],
        source: 'drivers/pci/setup-res.c pci_assign_resource',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'cpu-feature-missing',
    title: 'QEMU leaves processor features out that this host does not have',
    why: 'A warning. The machine starts without them; if it did not start, the reason is another line.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: "%s doesn't support requested feature: %s",
        args: ['=host|TCG', '*'],
        source: 'target/i386/cpu.c mark_unavailable_features',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
  },
  {
    cause: 'bar-peer-to-peer',
    title: 'one device’s BAR was not mapped for another device',
    why: 'Only transfers from one handed-over device straight into another need that.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'PCI peer-to-peer transactions on BARs are not supported.',
        source: 'hw/vfio/listener.c vfio_device_error_append',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: 'IOMMU_IOAS_MAP failed: %m, PCI BAR?',
        source: 'backends/iommufd.c iommufd_backend_map_dma',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'no-error-recovery',
    title: 'QEMU will not hear of PCI Express errors of the device',
    why: 'The kernel offers no event for it. The machine would not be stopped on such an error; otherwise nothing is missing.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'vfio %s: Could not enable error recovery for the device',
        args: ['device'],
        source: 'hw/vfio/pci.c vfio_populate_device',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'capability-hidden',
    title: 'vfio-pci hides a capability from the guest',
    why: 'The guest has no use for it, or must not write to it. Every card has some.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: '%s: hiding ecap %#x@%#x',
        source: 'drivers/vfio/pci/vfio_pci_config.c vfio_ecap_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: '%s: hiding cap %#x@%#x',
        source: 'drivers/vfio/pci/vfio_pci_config.c vfio_cap_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'bars-restored',
    title: 'vfio-pci put the BARs of a device back after a reset',
    why: 'A reset clears them. This is how it is meant to be.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: '%s: reset recovery - restoring BARs',
        args: ['=vfio_bar_restore'],
        source: 'drivers/vfio/pci/vfio_pci_config.c vfio_bar_restore',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'intx-masked',
    title: 'vfio-pci takes the interrupt line from a device whose line is known to be broken',
    why: 'The guest then uses MSI, as it should.',
    fix: 'nothing, unless the guest driver has only the line',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'Masking broken INTx support',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_enable',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'irq-bypass',
    title: 'an interrupt goes to the guest the ordinary way, not straight to its processor',
    why: 'A speed-up could not be used: the processor does not have it, or it is off.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'irq bypass producer (%s) registration fails: %d',
        args: ['*'],
        source: 'drivers/vfio/pci/vfio_pci_intrs.c vfio_msi_set_vector_signal',
        seen: 'Linux 6.1, 6.12, 7.3: written out, with token or eventfd and its address',
      },
    ],
  },
  {
    cause: 'device-asked-back',
    title: 'the host asked the program that uses a device to give it back',
    why: 'Somebody unbinds the device; QEMU was asked to unplug it.',
    fix: 'nothing, if you asked for it',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'Relaying device request to user (#%u)',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_request',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'iommu-features-differ',
    title: 'the IOMMUs of this computer do not all have the same features',
    why: 'The kernel uses what all of them have. Usual on laptops, where the one of the video card differs.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'DMAR: IOMMU feature %s inconsistent',
        source: 'drivers/iommu/intel/cap_audit.c cap_audit_hotplug, cap_audit_static',
        seen: 'Linux 6.1, 6.12: pieced together there',
      },
    ],
  },
  {
    cause: 'iommu-counters',
    title: 'the performance counters of AMD’s IOMMU cannot be used',
    why: 'They only count.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'Unable to read/write to IOMMU perf counter.',
        source: 'drivers/iommu/amd/init.c init_iommu_perf_ctr',
        seen: 'Linux before 5.13',
      },
    ],
  },
  {
    cause: 'vga-rights-changed',
    title: 'two video cards settled who answers to the old VGA addresses',
    why: 'The VGA arbiter does so whenever a driver starts or leaves.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'VGA decodes changed: olddecodes=%s,decodes=%s:owns=%s',
        source: 'drivers/pci/vgaarb.c vga_arbiter_notify_clients, vga_update_device_decodes',
        seen: 'Linux 6.12, 7.3',
      },
      {
        format: 'changed VGA decodes: olddecodes=%s,decodes=%s:owns=%s',
        source: 'drivers/pci/vgaarb.c vga_update_device_decodes',
        seen: 'Linux 6.1',
      },
    ],
  },
  {
    cause: 'dmar-fault-status',
    title: 'the IOMMU reports that it stopped something',
    why: 'The next line says what; without one, it is a fault from before the kernel started.',
    fix: 'nothing by itself',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'DRHD: handling fault status reg %x',
        source: 'drivers/iommu/intel/dmar.c dmar_fault',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'split-lock',
    title: 'a program in the guest uses locks that the host slows down',
    why: 'Processors with split lock detection trap them; some games stutter so. It has nothing to do with the device.',
    fix: 'where a game stutters: sysctl kernel.split_lock_mitigate=0',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'x86/split lock detection: #AC: %s/%d took a split_lock trap at address: 0x%lx',
        args: ['*'],
        source: 'arch/x86/kernel/cpu/bus_lock.c split_lock_warn (in 6.12: intel.c)',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'hibernation-locked',
    title: 'Secure Boot keeps the host from hibernating and from /dev/mem',
    why: 'It has no bearing on handing devices over.',
    fix: 'nothing',
    certainty: 'certain',
    harmless: true,
    messages: [
      {
        format: 'Lockdown: %s: %s is restricted; see man kernel_lockdown.7',
        args: [
          '*',
          '=(?:hibernation|/dev/mem,kmem,port|raw io port access|raw MSR access|debugfs access|xmon|kprobes|bpf|perf)[^;]{0,40}',
        ],
        source: 'security/lockdown/lockdown.c lockdown_is_locked_down',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
]

/** Ordinary words of vfio and iommufd: a line that fits is neither a failure nor unknown. */
export const ordinary: readonly RegExp[] = [
  /VFIO - User Level meta-driver version/,
  /^vfio_pci: add \[/,
  /^vfio-pci \S+: (?:vgaarb: |enabling device|resetting$|reset done$|Enabling HDA controller|Adding to iommu group|Removing from iommu group|ready \d+ms after|PME# |BAR \d+|save config|restoring config|Captured SR-IOV VF|Using |invalid ROM|No more image in the PCI ROM|No more images in PCI ROM)/,
  /^(?:pci|vfio-pci) \S+: Removing from iommu group/,
  // Options and lists that only name a module or a device
  /(?:[Cc]ommand line|BOOT_IMAGE|Modules linked in|Kernel (?:driver in use|modules)|Unknown kernel command line parameters)/,
  /(?:^|[ ,'"])-(?:device|object|name|sandbox)[ ,'"]/,
  /^\s*(?:"driver": ?"vfio|<driver name=|options |softdep |blacklist |vfio[_-]?\w*$|vfio\w* +\d+ +\d+)/,
]
