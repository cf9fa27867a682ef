import type { Command } from './command.js'
import { accept, device, json } from './options.js'

/** Commands that plug devices into machines that run. */
export const plugCommands: readonly Command[] = [
  {
    name: 'vm attach',
    summary: 'put a device of the host into a virtual machine that runs',
    about: [
      'Its slot goes as one: all functions of the card, but virtual functions, which go alone. They are bound to vfio-pci first, with the whole of their IOMMU groups, and put behind a free port of the machine. When the machine ends, or on vm detach, the host has them back.',
    ],
    arguments: [{ name: 'MACHINE', kind: 'machine' }, device],
    options: [accept, json],
    examples: [['sudo handover vm attach windows 05:00.0', 'plug a card into the machine']],
    next: 'handover vm status windows --watch',
    load: () => import('./commands/vm-attach.js'),
  },
  {
    name: 'vm detach',
    summary: 'take a device out of a virtual machine that runs, and give it back to the host',
    about: [
      "Asks the machine's system to let go of it, for up to 30 s. What was bound to vfio-pci before it went into the machine stays so, and so does what shares its IOMMU group with a device that the machine keeps.",
    ],
    arguments: [{ name: 'MACHINE', kind: 'machine' }, device],
    options: [json],
    examples: [['sudo handover vm detach windows 05:00.0', 'unplug the card']],
    next: 'handover devices',
    load: () => import('./commands/vm-detach.js'),
  },
]
