import { knownValue } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { classes, classPath, classText, listed, noCard, remaining, subclassOf } from '../video/display.js'

export const pictureWithoutCard: DeviceRule = {
  id: 'picture-without-card',
  title: 'Can the host spare the card, and can its picture be seen?',
  about: 'device',
  looksAt: [
    'display controllers with outputs that stay, and what the host is shown on',
    '/sys/bus/pci/devices/*/class',
  ],
  why: 'Where the host or the machine is left without a picture, ask first what the machine is for. Other ways to 3D need no card of its own, but give no CUDA or ROCm, no certified driver for CAD and no Direct3D 12. Games whose protection refuses machines refuse one with a card too.',
  fix: "Windows programs and games: Wine or Proton on the host, with the card's own driver. A Linux machine: virtio-gpu-gl draws OpenGL (virgl) and Vulkan (Venus) on the host's card, which both then use. A Windows machine for office work and light 3D: the virtual cards of VMware or VirtualBox, which have Direct3D up to 11; the virtio-gpu driver for Windows as published draws no 3D.",
  since: ['QEMU 9.2: Vulkan in virtio-gpu-gl (venus=true)'],
  sources: [
    'QEMU docs/system/devices/virtio/virtio-gpu.rst (10.2)',
    'https://docs.mesa3d.org/drivers/venus.html',
    'https://github.com/virtio-win/kvm-guest-drivers-windows/pull/943: 3D for Windows, not merged',
    'Oracle VirtualBox 7.0 changelog: 3D on DirectX 11, by DXVK on Linux hosts; VMware Workstation 16 Pro release notes: DirectX 11',
  ],
  atWorst: 'note',
  check({ device, leaving, machine }) {
    const other = noCard(device)
    if (other) return other
    const ofClass = seen(classPath(device), classText(device))
    if (subclassOf(device) === classes.threeD) return notHere('it has no outputs: see outputs', ofClass)
    const others = remaining(machine, knownValue(leaving) ?? [device])
    if (others.length > 0)
      return passes('another card stays with the host', seen('/sys/bus/pci/devices', listed(others)))
    const { functions, unknown } = machine.roles.display
    if (unknown.length === 0 && !functions.includes(device.address))
      return passes('the host shows nothing on it', ofClass)
    for (const f of machine.functions) need(f.class)
    return note('no other card with outputs is there', seen('/sys/bus/pci/devices', listed([device])))
  },
}
