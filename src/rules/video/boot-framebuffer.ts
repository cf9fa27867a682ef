import { hasSince, parseKernelVersion } from '../../iommu/index.js'
import { kernelReleasePath, memoryMapPath } from '../../machine/index.js'
import { need, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { classes, classPath, classText, noCard, subclassOf } from './display.js'

export const bootFramebuffer: DeviceRule = {
  id: 'boot-framebuffer',
  title: "Does vfio-pci get the card's memory from the boot console?",
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/class',
    `${kernelReleasePath}: vfio-pci takes console drivers off a VGA controller since Linux 6.0`,
    `${memoryMapPath}: BOOTFB, efifb, vesafb, simplefb, simpledrm, efidrm, vesadrm; the names are there for everybody`,
  ],
  why: "Until a driver of the card starts, a driver of the console draws in the frame buffer that the firmware set up, and holds a part of the card's memory. vfio-pci cannot have what is held: QEMU then cannot map that BAR, and the driver in the machine does not start.",
  fix: 'Have a driver of the card that draws (amdgpu, i915, nouveau) start once before vfio-pci takes it: such a driver takes the frame buffer away. Or start the kernel with initcall_blacklist=sysfb_init; the host then draws nothing until a driver of its own starts.',
  since: [
    'Linux 6.0: vfio-pci removes console drivers from the card, for class 0300 only (commit d17378062079); video=efifb:off is then not needed, and does nothing against simpledrm',
  ],
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_vga_init; vfio_pci_priv.h vfio_pci_is_vga (6.1, 6.12, 7.3)',
    'Linux drivers/video/aperture.c aperture_remove_conflicting_pci_devices (6.1, 6.12, 7.3)',
    'Linux drivers/firmware/sysfb.c sysfb_init, sysfb_simplefb.c; kernel/resource.c r_show',
  ],
  atWorst: 'warning',
  check({ device, machine }) {
    const other = noCard(device)
    if (other) return other
    const text = need(machine.kernel)
    const kernel = parseKernelVersion(text) ?? undecided('not a kernel version', kernelReleasePath)
    const evicts = hasSince(kernel, ['6.0'])
    if (evicts && subclassOf(device) === classes.vga)
      return passes('console drivers leave a VGA controller to vfio-pci', seen(kernelReleasePath, text))
    const buffers = need(machine.system.bootFrameBuffers)
    const held = buffers.find(({ address }) => address === device.address)
    if (!held) {
      if (buffers.some(({ address }) => address === null))
        undecided('which card the boot frame buffer lies in is not told', memoryMapPath)
      return passes('no console driver holds its memory', seen(memoryMapPath, `nothing in ${device.address}`))
    }
    const found = seen(memoryMapPath, `${held.name} in ${device.address}`)
    return evicts
      ? warning('a console driver holds its memory, and vfio-pci takes those off class 0300 only', [
          found,
          seen(classPath(device), classText(device)),
        ])
      : warning(
          'a console driver holds its memory, and this kernel has no vfio-pci that takes it away',
          [found, seen(kernelReleasePath, text)],
          { fix: 'start Linux 6.0 or later' },
        )
  },
}
