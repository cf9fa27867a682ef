import type { Failure } from '../failure.js'

/** BARs and option ROMs. */
export const resourceFailures: readonly Failure[] = [
  {
    cause: 'bar-taken',
    title: 'something on the host holds a BAR of the device',
    why: 'vfio-pci reserves the BARs of a device that is opened. Mostly the console of the firmware’s picture still lies in one (BOOTFB in /proc/iomem), or another driver was forced onto it.',
    fix: 'look at /proc/iomem as root. For BOOTFB: handover bind releases such a console with the card; or make another card the boot display in the firmware setup',
    certainty: 'likely',
    messages: [
      {
        format: "BAR %d: can't reserve %pR",
        source: 'drivers/pci/pci.c __pci_request_region',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    instead: [
      {
        when: 'shows a display or a console',
        cause: 'bar-console',
        title: 'the console of the host is drawn on the card',
        why: 'The host’s console lies in a BAR of the card, so vfio-pci cannot have it.',
        fix: 'handover bind releases such consoles with the card; or make another card the boot display in the firmware setup',
      },
    ],
  },
  {
    cause: 'bar-slow',
    title: 'a BAR could not be mapped, so every access goes through QEMU',
    why: 'It works, but slowly: a card driven so is hardly usable.',
    fix: 'look in `dmesg` for who holds the BAR (can’t reserve)',
    certainty: 'certain',
    messages: [
      {
        format: 'Failed to mmap %s BAR %d. Performance may be slow',
        source: 'hw/vfio/pci.c vfio_bar_register',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    follows: ['bar-taken', 'bar-console'],
  },
  {
    cause: 'bar-no-space',
    title: 'there is no room for a BAR of the device',
    why: 'The firmware left no window large enough: a card with gigabytes of BAR below a window of megabytes. In a guest it is the guest firmware’s window.',
    fix: 'nothing, if a later line says that it was assigned. Otherwise on a host: "Above 4G decoding" in the firmware setup, pci=realloc on the kernel command line. In a guest: UEFI firmware, and a larger 64-bit window (OVMF: -fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=65536)',
    certainty: 'possible',
    messages: [
      {
        format: "%s %pR: can't assign; no space",
        args: ['=(?<!VF )BAR [0-6]', '=\\[mem[^\\]]{1,80}\\]'],
        source: 'drivers/pci/setup-res.c pci_assign_resource',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'BAR %d: no space for %pR',
        args: ['=[0-5]', '=\\[mem[^\\]]{1,80}\\]'],
        source: 'drivers/pci/setup-res.c pci_assign_resource',
        seen: 'Linux before it named the kind of BAR',
      },
      {
        format: "%s %pR: not assigned; can't enable device",
        args: ['=(?<!VF )BAR [0-6]', '=\\[mem[^\\]]{1,80}\\]'],
        source: 'drivers/pci/setup-res.c pci_enable_resources',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "%s %pR: not claimed; can't enable device",
        args: ['=(?<!VF )BAR [0-6]', '=\\[mem[^\\]]{1,80}\\]'],
        source: 'drivers/pci/setup-res.c pci_enable_resources',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'bar-conflict',
    title: 'a BAR of the device lies where something else does',
    why: 'The firmware put two things at one address, and the kernel looks for another place.',
    fix: 'nothing, if the BAR is assigned in a later line; otherwise update the firmware, or try pci=realloc',
    certainty: 'possible',
    messages: [
      {
        format: "%s %pR: can't claim; address conflict with %s %pR",
        args: ['=(?<!VF )BAR [0-6]', '', '*'],
        source: 'drivers/pci/setup-res.c pci_claim_resource',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'sriov-no-space',
    title: 'there is no room for the BARs of the virtual functions',
    why: 'Each virtual function needs BARs of its own, and the firmware left no window for them.',
    fix: '"SR-IOV support" and "Above 4G decoding" in the firmware setup; pci=realloc on the kernel command line',
    certainty: 'certain',
    messages: [
      {
        format: 'not enough MMIO resources for SR-IOV',
        source: 'drivers/pci/iov.c sriov_enable',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'SR-IOV: IOV BARS not allocated',
        source: 'drivers/pci/iov.c sriov_enable',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "can't enable %d VFs (bus %02x out of range of %pR)",
        source: 'drivers/pci/iov.c sriov_enable',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'rebar-failed',
    title: 'the size of a BAR could not be changed',
    why: 'The window above it is too small, or a driver holds the device.',
    fix: 'change it while no driver is bound; "Above 4G decoding" in the firmware setup makes room',
    certainty: 'certain',
    messages: [
      {
        format: 'Failed to resize BAR %d: %pe',
        source: 'drivers/pci/pci-sysfs.c __resource_resize_store',
        seen: 'Linux 7.3',
      },
    ],
  },
  {
    cause: 'rom-invalid',
    title: 'the option ROM of the card cannot be read, or begins with something else',
    why: 'A ROM begins with 0xaa55. Zeros or ones stand there when the card is asleep, hidden by the firmware, or has none.',
    fix: 'where the guest shows no picture, give it a clean copy (rom: FILE); otherwise nothing',
    certainty: 'possible',
    messages: [
      {
        format: 'Invalid PCI ROM header signature: expecting %#06x, got %#06x',
        source: 'drivers/pci/rom.c pci_get_rom_size',
        seen: 'Linux 6.1, 6.12, 7.3: with the number written out in 6.1',
      },
      {
        format: 'Invalid PCI ROM data signature: expecting %#010x, got %#010x',
        source: 'drivers/pci/rom.c pci_get_rom_size',
        seen: 'Linux 6.1, 6.12, 7.3: with the number written out in 6.1',
      },
      {
        format: 'vfio-pci: Cannot read device rom at %s',
        args: ['device'],
        source: 'hw/vfio/pci.c vfio_pci_load_rom',
        seen: 'QEMU 7.2, 10.0, 10.2',
      },
      {
        format: 'Device option ROM contents are probably invalid (check dmesg).',
        source: 'hw/vfio/pci.c vfio_pci_load_rom',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    instead: [
      {
        when: 'has no ROM BAR',
        cause: 'rom-none',
        title: 'the device has no option ROM of its own',
        why: 'An integrated video card keeps its ROM in the computer’s firmware. The message means nothing.',
        fix: 'nothing',
      },
    ],
  },
  {
    cause: 'rom-file',
    title: 'the option ROM {what} does not exist',
    why: 'QEMU loads it in place of the one on the card.',
    fix: 'correct rom; handover rom DEVICE -o FILE saves the one on the card',
    certainty: 'certain',
    messages: [
      {
        format: 'failed to find romfile "%s"',
        args: ['what*'],
        source: 'hw/pci/pci.c pci_add_option_rom',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'rom-file-bad',
    title: 'the option ROM {what} is no use',
    why: 'It is empty, or larger than a ROM can be.',
    fix: 'save it anew: handover rom DEVICE -o FILE',
    certainty: 'certain',
    messages: [
      {
        format: 'romfile "%s" is empty',
        args: ['what*'],
        source: 'hw/pci/pci.c pci_add_option_rom',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'failed to load romfile "%s"',
        args: ['what*'],
        source: 'hw/pci/pci.c pci_add_option_rom',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'rom-unstable',
    title: 'QEMU left the option ROM out: this card is known to hang the machine with it',
    why: 'The card is on QEMU’s list.',
    fix: 'nothing; rombar=1 or romfile force it',
    certainty: 'certain',
    messages: [
      {
        format: 'Rom loading for device at %s has been disabled due to system instability issues',
        args: ['device'],
        source: 'hw/vfio/pci.c vfio_pci_size_rom',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'x-vga',
    title: 'vga: true, but the device has no VGA ranges, or the kernel was built without CONFIG_VFIO_PCI_VGA',
    why: 'VFIO offers the legacy ranges only for class 0300, and only with that option.',
    fix: 'leave vga out: a card that is not started by a BIOS does not need it',
    certainty: 'certain',
    messages: [
      {
        format: 'failed getting region info for VGA region index %d',
        source: 'hw/vfio/pci.c vfio_populate_vga',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'device does not support requested feature x-vga',
        source: 'hw/vfio/pci.c vfio_populate_device',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'region-io',
    title: 'an access to a BAR of the device failed',
    why: 'The device was reset, powered down or taken away while the guest used it.',
    fix: 'look for a reset, power or link failure of the device just before',
    certainty: 'likely',
    messages: [
      {
        format: '%s(%s:region%d+0x%x, %d) failed: %m',
        args: ['=vfio_region_read', 'device'],
        source: 'hw/vfio/common.c vfio_region_read',
        seen: 'QEMU 7.2, 10.0',
      },
      {
        format: '%s(%s:region%d+0x%x, 0x%x,%d) failed: %m',
        args: ['=vfio_region_write', 'device'],
        source: 'hw/vfio/common.c vfio_region_write',
        seen: 'QEMU 7.2, 10.0',
      },
      {
        format: '%s(%s:region%d+0x%x, %d) failed: %s',
        args: ['=vfio_region_read', 'device', '', '', '', '*'],
        source: 'hw/vfio/region.c vfio_region_read',
        seen: 'QEMU 10.2, 11.1',
      },
      {
        format: '%s(%s, 0x%x, 0x%x) failed: %m',
        args: ['=vfio_pci_read_config', 'device'],
        source: 'hw/vfio/pci.c vfio_pci_read_config',
        seen: 'QEMU 7.2, 10.0',
      },
      {
        format: '%s(%s, 0x%x, 0x%x, 0x%x) failed: %m',
        args: ['=vfio_pci_write_config', 'device'],
        source: 'hw/vfio/pci.c vfio_pci_write_config',
        seen: 'QEMU 7.2, 10.0',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'd3-stuck', 'aer-uncorrectable', 'dpc', 'link-down'],
  },
]
