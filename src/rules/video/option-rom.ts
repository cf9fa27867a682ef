import { isShadow, resourceFlags } from '../../machine/index.js'
import { need, note, notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { integrated, noCard } from './display.js'

export const optionRom: DeviceRule = {
  id: 'option-rom',
  title: "Is the option ROM that Linux shows the card's own?",
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/resource: the seventh line, the option ROM; a copy is marked IORESOURCE_ROM_SHADOW and stands at 0xc0000. The ROM is not read: that switches it on, and on some cards the BARs off',
  ],
  why: 'The firmware of the machine draws on the card by the code in its option ROM: OVMF by the EFI driver (GOP), SeaBIOS by the legacy image. Of the card that the computer was started with, Linux shows the copy at 0xc0000 instead: it holds the legacy image after it ran, with what it changed, and no EFI driver; after a start without legacy support nothing useful may be there. Some drivers read tables in the ROM too, and do not start without them.',
  fix: 'Give the machine a clean image (romfile=): start the computer with another card as its display and read it with handover rom DEVICE -o FILE, which also says whether it has an EFI driver; or take the image that the maker of the card offers.',
  sources: [
    'Linux arch/x86/pci/fixup.c pci_fixup_video (6.1, 7.3): of the boot display Linux takes the copy for the ROM',
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_ioctl_get_region_info: VFIO_PCI_ROM_REGION_INDEX (6.12, 7.3)',
    'QEMU hw/vfio/pci.c vfio_pci_load_rom, vfio_pci_size_rom (10.2)',
    'SeaBIOS vgasrc/vgainit.c vga_post: an image that ran once does not set itself up again',
  ],
  atWorst: 'warning',
  check({ device, machine }) {
    const other = noCard(device)
    if (other) return other
    const path = `/sys/bus/pci/devices/${device.address}/resource`
    const inProcessor = integrated(machine, device)
    if (inProcessor) return notHere('graphics of a processor: see integrated-graphics', inProcessor.evidence)
    const rom = need(device.resources).find(({ kind }) => kind === 'rom')
    if (rom === undefined)
      return note('Linux shows no option ROM of it', seen(path, 'no option ROM'), {
        why: "The firmware of the machine then draws nothing on it; its first picture comes when the machine's driver starts. In laptops the image is in the computer's firmware, and the driver asks ACPI for it, which a machine does not have.",
        fix: 'where the driver of the machine does not start without it, give it an image of this card (romfile=)',
      })
    const place = `0x${rom.start.toString(16)}, ${rom.sizeBytes / 1024n} KiB`
    if (isShadow(rom))
      return warning(
        "what Linux shows as its option ROM is the firmware's copy at 0xc0000, not the card's own",
        seen(path, place),
      )
    if ((rom.flags & resourceFlags.unset) !== 0n)
      return warning('its option ROM has no address, and so cannot be read', seen(path, place), {
        fix: 'give the machine an image of this card (romfile=)',
      })
    return passes('it shows its own option ROM', seen(path, place))
  },
}
