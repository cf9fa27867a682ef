import type { Argument, Command } from './command.js'
import { accept, json } from './options.js'

const machine: Argument = { name: 'MACHINE', kind: 'machine' }

/** Commands about virtual machines. */
export const vmCommands: readonly Command[] = [
  {
    name: 'vm start',
    summary: 'start a virtual machine with devices of the host, and give them back when it ends',
    about: [
      'MACHINE is the NAME of a description in /etc/handover/vms, or a FILE: a word with a slash, or that ends in .yaml. examples/machine.yaml shows every setting. All that can be known before is looked at first: a mistake in it, a device that is not there or with another machine, a disk in use, memory that does not fit.',
      'Its devices are bound to vfio-pci, with the whole of their IOMMU groups, and given back when it ends, however it ends. The command returns when the machine runs; who watches it stays behind, under systemd where that runs, and does not need the terminal. With --foreground it is this program, and the serial console is standard input and output.',
    ],
    arguments: [machine],
    options: [{ long: 'foreground', summary: 'stay with the machine until it ends' }, accept],
    examples: [
      ['sudo handover vm start windows', 'what /etc/handover/vms/windows.yaml describes'],
      ['sudo handover vm start ./windows.yaml --foreground', 'start it; Ctrl-C shuts it down'],
      ['sudo handover vm start windows --accept display', 'with the only card that shows a picture'],
    ],
    next: 'handover vm status windows',
    load: () => import('./commands/vm-start.js'),
  },
  {
    name: 'vm stop',
    summary: 'shut a virtual machine down, and return when its devices are back',
    about: [
      'Presses its power button and waits for up to a minute; where no system in it listens to that, it is switched off. Ctrl-C ends the waiting only. What was left of a machine whose watcher was killed is put in order.',
    ],
    arguments: [machine],
    options: [{ long: 'force', summary: 'switch it off at once' }],
    examples: [
      ['sudo handover vm stop windows', 'as its power button would'],
      ['sudo handover vm stop windows --force', 'as pulling its plug would'],
    ],
    next: 'handover vm list',
    load: () => import('./commands/vm-stop.js'),
  },
  {
    name: 'vm list',
    summary: 'list the virtual machines: those described, and those that run',
    about: [
      'Of those that run, or have run, only those that this user started: others keep theirs to themselves.',
    ],
    options: [json],
    examples: [['sudo handover vm list', 'those that root started']],
    next: 'handover vm status windows',
    load: () => import('./commands/vm-list.js'),
  },
  {
    name: 'vm status',
    summary: 'say whether a virtual machine runs, since when, with which devices, and what QEMU says of it',
    about: ['Exit status 0: it runs, or ended as it should; 2: it ended badly, or nobody watches it.'],
    arguments: [machine],
    options: [json],
    examples: [['sudo handover vm status windows', 'is it there']],
    next: 'handover vm console windows',
    load: () => import('./commands/vm-status.js'),
  },
  {
    name: 'vm console',
    summary: "join a virtual machine's serial console",
    about: [
      'Ctrl-] leaves it, and so does the end of the input where that is no terminal. Several may join at a time. Who joins is shown the last screen first; console.log in the run folder has more.',
    ],
    arguments: [machine],
    examples: [
      ['sudo handover vm console server', 'for a system that uses its serial port'],
      ['sudo handover vm console server </dev/null', 'what it said last'],
    ],
    next: 'handover vm stop server',
    load: () => import('./commands/vm-console.js'),
  },
  {
    name: 'vm edit',
    summary: "edit a virtual machine's description; it is checked before it is saved",
    about: [
      'With $VISUAL, else $EDITOR, else vi, on a copy. With a mistake in it the description stays as it was, and the copy is kept.',
    ],
    arguments: [machine],
    examples: [['sudo handover vm edit windows', 'edit /etc/handover/vms/windows.yaml']],
    next: 'handover vm start windows',
    load: () => import('./commands/vm-edit.js'),
  },
  {
    name: 'vm watch',
    summary: 'what vm start leaves behind',
    arguments: [machine],
    options: [{ long: 'kept', value: 'HOW', kind: 'word', required: true, summary: 'by what' }, accept],
    examples: [["handover vm watch windows --kept 'in a session of its own'", 'as vm start does']],
    next: 'handover vm start windows',
    hidden: true,
    load: () => import('./commands/vm-watch.js'),
  },
]
