/** Something that QEMU says when it does not start a machine, what it means and what to do next. */
export interface KnownRefusal {
  /** QEMU's words; a group named `what` is put in place of `{what}` below. */
  readonly pattern: RegExp
  readonly cause: string
  readonly next: string
  /** Where QEMU or the kernel says it. */
  readonly source: string
}

/** The first row that fits speaks. Texts of QEMU 7.2 and 11.1. */
export const knownRefusals: readonly KnownRefusal[] = [
  {
    pattern: /vfio (?<what>\S+): failed to open \/dev\/vfio\/\S+: No such file or directory/,
    cause: '{what} is not bound to vfio-pci',
    next: 'hand it over first: handover bind {what}',
    source: 'hw/vfio/common.c vfio_get_group; hw/vfio/container.c',
  },
  {
    pattern: /failed to open (?<what>\/dev\/vfio\/\S+): Device or resource busy/,
    cause: 'another program has {what} open: a group has one user at a time',
    next: 'stop the machine that uses it; `fuser {what}` names it',
    source: 'drivers/vfio/group.c vfio_group_fops_open',
  },
  {
    pattern: /failed to open (?<what>\/dev\/vfio\/\S+): Permission denied/,
    cause: 'this user may not open {what}',
    next: 'run this as root, or give the file to this user',
    source: 'hw/vfio/common.c vfio_get_group',
  },
  {
    pattern: /group (?<what>\d+) is not viable/,
    cause: 'a function of IOMMU group {what} has a driver of the host',
    next: 'hand the whole group over: handover groups shows it, handover bind does it',
    source: 'hw/vfio/common.c vfio_get_group; drivers/iommu/iommu.c iommu_group_claim_dma_owner',
  },
  {
    pattern: /vfio (?<what>\S+): no iommu_group found/,
    cause: '{what} is in no IOMMU group: the IOMMU is off',
    next: 'switch it on in the firmware setup (VT-d, AMD-Vi), then with intel_iommu=on on the kernel command line',
    source: 'hw/vfio/pci.c vfio_realize',
  },
  {
    pattern: /vfio (?:\/sys\/bus\/pci\/devices\/)?(?<what>\S+): no such host device/,
    cause: 'the host has no function {what}',
    next: 'handover devices lists what it has',
    source: 'hw/vfio/pci.c vfio_realize',
  },
  {
    pattern: /vfio (?<what>\S+): device is already attached/,
    cause: '{what} is given to the machine twice',
    next: 'take one of them out of devices',
    source: 'hw/vfio/pci.c vfio_realize',
  },
  {
    pattern: /device does not support requested feature x-vga/,
    cause: 'vga: true, but the device has no VGA ranges, or the kernel was built without CONFIG_VFIO_PCI_VGA',
    next: 'leave vga out: a card that is not started by a BIOS does not need it',
    source: 'hw/vfio/pci.c vfio_populate_vga',
  },
  {
    pattern: /failed to find romfile "(?<what>[^"]*)"/,
    cause: 'the option ROM {what} does not exist',
    next: 'correct rom; handover rom DEVICE -o FILE saves the one on the card',
    source: 'hw/pci/pci.c pci_add_option_rom',
  },
  {
    pattern: /(?:VFIO_MAP_DMA failed|dma_map\(.*\) = -12).*Cannot allocate memory/s,
    cause: 'the memory of the machine could not be pinned: RLIMIT_MEMLOCK, or the host has too little',
    next: 'give the machine less memory, or raise memlock in /etc/security/limits.d and log in again',
    source: 'drivers/vfio/vfio_iommu_type1.c vfio_pin_pages_remote',
  },
  {
    pattern: /dma_map\(.*\) = -22/,
    cause: 'the machine has memory at an address that this IOMMU cannot reach',
    next: 'narrow its addresses, for example with arguments: ["-cpu", "host,host-phys-bits-limit=39"]',
    source: 'drivers/vfio/vfio_iommu_type1.c vfio_dma_do_map',
  },
  {
    pattern:
      /Failed to set group container: Invalid argument|failed to set iommu for container: Invalid argument/,
    cause:
      'the firmware claims memory for the device (RMRR), or the platform cannot keep its interrupts apart',
    next: 'see `dmesg` for the reason: for a 1:1 mapping, switch off pre-boot DMA protection in the firmware setup',
    source: 'drivers/iommu/intel/iommu.c, drivers/vfio/container.c',
  },
  {
    pattern: /(?:Failed to set VFIO IOMMU type|failed to set iommu for container): Operation not permitted/,
    cause: 'the platform does not remap interrupts, so a device could forge them',
    next: 'switch on interrupt remapping (x2APIC, VT-d) in the firmware setup; the module option allow_unsafe_interrupts gives that protection up',
    source: 'drivers/vfio/vfio_iommu_type1.c vfio_iommu_type1_attach_group',
  },
  {
    pattern: /Unable to power on device, stuck in (?<what>D\d)/,
    cause: 'the device does not wake from {what}',
    next: 'switch the computer off and on; if it comes back, load vfio-pci with disable_idle_d3=1',
    source: 'hw/vfio/pci.c vfio_pci_pre_reset',
  },
  {
    pattern: /MSIX PBA outside of specified BAR/,
    cause: 'the device tells a wrong place for its MSI-X tables',
    next: 'see x-msix-relocation of vfio-pci in QEMU',
    source: 'hw/vfio/pci.c vfio_msix_early_setup',
  },
  {
    pattern: /Failed to get "write" lock\s+Is another process using the image \[(?<what>[^\]]*)\]/,
    cause: 'another program uses the disk {what}',
    next: 'stop that machine first: two that write one disk destroy it',
    source: 'block/file-posix.c raw_check_lock_bytes',
  },
  {
    pattern: /could not open kernel file '(?<what>[^']*)'/,
    cause: 'the kernel {what} cannot be opened',
    next: 'correct kernel',
    source: 'hw/i386/x86.c x86_load_linux',
  },
  {
    pattern: /Could not open '(?<what>[^']*)': No such file or directory/,
    cause: '{what} does not exist',
    next: 'correct its file, or make it: qemu-img create -f qcow2 FILE 64G',
    source: 'block/file-posix.c raw_open_common',
  },
  {
    pattern: /Could not open '(?<what>[^']*)': Permission denied/,
    cause: '{what} may not be opened by this user',
    next: 'run this as root, or give the file to this user',
    source: 'block/file-posix.c raw_open_common',
  },
  {
    pattern: /cannot set up guest memory '[^']*': Cannot allocate memory/,
    cause: 'the host has not as much memory as the machine is to have',
    next: 'give the machine less memory',
    source: 'softmmu/physmem.c ram_block_add',
  },
  {
    pattern: /Could not access KVM kernel module: (?<what>.*)/,
    cause: 'KVM cannot be used: {what}',
    next: 'load kvm_intel or kvm_amd, and join the group kvm',
    source: 'accel/kvm/kvm-all.c kvm_init',
  },
]

/** What the known words in `said` mean: a sentence, and what to do next. Undefined: nothing in it is known. */
export function explainRefusal(said: string): { readonly cause: string; readonly next: string } | undefined {
  for (const { pattern, cause, next } of knownRefusals) {
    const found = pattern.exec(said)
    if (!found) continue
    const fill = (text: string) => text.replaceAll('{what}', found.groups?.what ?? '')
    return { cause: fill(cause), next: fill(next) }
  }
  return undefined
}
