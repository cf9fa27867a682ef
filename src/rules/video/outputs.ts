import { chassisPath, connectorsFolder, knownValue, type PciFunction } from '../../machine/index.js'
import { need, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { classes, classPath, classText, integrated, noCard, subclassOf } from './display.js'

export const outputs: DeviceRule = {
  id: 'outputs',
  title: 'Does the card have outputs for a display?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/class: 0302 is a card without outputs',
    `${connectorsFolder}/card*-*: the outputs that its driver found`,
    `${chassisPath}: whether this is a laptop`,
  ],
  why: "In most laptops with two graphics only the processor's has the panel and the sockets; the other draws for it and lights nothing (Optimus without a switch). In a machine no display can be connected to such a card, and its Windows driver may ask the laptop's ACPI for its ROM, or for a battery, and stop with error 43. Whether a switch (MUX) in the laptop could give it the panel is in ACPI methods, which Linux does not show.",
  fix: 'Fetch the picture from the machine by other ways: Looking Glass with a virtual display driver, Sunshine with Moonlight, or Remote Desktop. Computing (CUDA, ROCm) needs none. What does without the card at all is told by handover explain picture-without-card.',
  sources: [
    'PCI Code and ID Assignment Specification, section 1.4: 0300 VGA, 0302 3D, 0380 other',
    'Linux drivers/gpu/drm/drm_sysfs.c; drivers/gpu/vga/vga_switcheroo.c: the switch is shown in debugfs only',
    'SMBIOS Reference Specification DSP0134, section 7.4.1',
    'https://lantian.pub/en/article/modify-computer/laptop-intel-nvidia-optimus-passthrough.lantian/, https://github.com/lion328/gpu-passthrough: ROM and battery that the driver asks ACPI for',
  ],
  atWorst: 'warning',
  check({ device, machine }) {
    const other = noCard(device)
    if (other) return other
    if (integrated(machine, device) !== null)
      return notHere("the processor's graphics has the computer's outputs")
    const ofClass = seen(classPath(device), classText(device))
    if (subclassOf(device) === classes.threeD)
      return warning('it is a 3D controller: a display cannot be connected to it', ofClass)
    const found =
      knownValue(machine.system.connectors)?.filter(({ address }) => address === device.address) ?? []
    if (found.length > 0)
      return passes(
        `it has outputs: ${found.map(({ name }) => name.replace(/^card\d+-/, '')).join(', ')}`,
        seen(connectorsFolder, found.map(({ name }) => name).join(' ')),
      )
    if (isDrawn(device))
      return warning('its driver finds no outputs on it', seen(connectorsFolder, 'no connector of it'))
    const chassis = need(machine.system.chassis)
    return chassis?.isPortable === true || subclassOf(device) !== classes.vga
      ? undecided('no driver is at work that shows its outputs', connectorsFolder)
      : passes('it is a VGA controller, and this is no laptop', ofClass)
  },
}

/** Drivers that take the firmware's frame buffer away when they start, so that the DRM card is theirs. */
const drawing: ReadonlySet<string> = new Set(['amdgpu', 'radeon', 'nouveau', 'i915', 'xe'])

function isDrawn({ driver, holds }: PciFunction): boolean {
  return drawing.has(knownValue(driver) ?? '') && holds.some(({ kind }) => kind === 'drm')
}
