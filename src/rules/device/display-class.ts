import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { classPath, classText } from '../video/display.js'

/** Linux include/linux/pci_ids.h PCI_CLASS_DISPLAY_*. */
const classes: Readonly<Record<number, string>> = {
  769: 'an XGA controller',
  896: 'another display controller',
}

export const displayClass: DeviceRule = {
  id: 'display-class',
  title: 'Does vfio-pci treat it as a VGA card?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/class'],
  why: 'Class 0300 alone is VGA to vfio-pci: it takes console drivers (efifb, simpledrm) off its memory, and where the kernel has CONFIG_VFIO_PCI_VGA it gives the machine its VGA memory and ports (x-vga=on). For other classes it does neither.',
  fix: 'Start the machine with UEFI, and let it have another display until the driver for this one runs. Whether a console driver of the host holds its memory is told by boot-framebuffer.',
  since: ['Linux 6.0: vfio-pci takes console drivers off VGA cards'],
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_vga_init, vfio_pci_core_enable; vfio_pci_priv.h vfio_pci_is_vga',
    'QEMU hw/vfio/pci.c vfio_populate_vga',
  ],
  atWorst: 'note',
  check({ device }) {
    const code = need(device.class) >> 8
    if (code >> 8 !== 0x03) return notHere('it is no display')
    const evidence = seen(classPath(device), classText(device))
    if (code === 0x0300)
      return passes('it is a VGA card: console drivers leave it, and it can have x-vga', evidence)
    if (code === 0x0302) return notHere('a 3D controller draws on no display: see outputs', evidence)
    return note(
      `it is no VGA card but ${classes[code] ?? 'of another display class'}: a machine with a BIOS cannot draw on it`,
      evidence,
    )
  },
}
