import type { Argument, Command } from './command.js'
import { accept, device, host, isPrivate, json } from './options.js'

const machine: Argument = { name: 'MACHINE', kind: 'machine' }

/** Commands about virtual machines. */
export const vmCommands: readonly Command[] = [
  {
    name: 'vm new',
    summary: 'describe a virtual machine with devices of this host, complete and with the reasons',
    about: [
      'Writes NAME.yaml, to be read and changed: as root in /etc/handover/vms, else here. Everything that depends on this computer is decided from what is known of it: the rest of the card, firmware, processors near the device, memory, disks, picture, keyboard, sound. Above each setting stands why, and what found it. What cannot be is said before anything is written.',
      'A disk that is not there yet is made with the SIZE given. With --host nothing is looked for on this computer. With --host or -o - no disk is made, and it is said how.',
    ],
    arguments: [{ name: 'NAME', kind: 'word' }],
    options: [
      { long: 'device', value: 'DEVICE', kind: 'device', many: true, summary: 'a device for the machine' },
      {
        long: 'os',
        value: 'SYSTEM',
        kind: 'system',
        summary: 'linux (the usual), windows10, windows11 or other',
      },
      { long: 'memory', value: 'SIZE', summary: 'such as 16G; else half of what there is, 16G at most' },
      { long: 'cpus', value: 'NUMBER', summary: 'else half of what there is' },
      {
        long: 'disk',
        value: 'FILE:SIZE',
        kind: 'file',
        many: true,
        summary: 'a disk; SIZE where it is to be made: win.qcow2:120G',
      },
      {
        long: 'iso',
        value: 'FILE',
        kind: 'file',
        many: true,
        summary: 'a CD: the installer, virtio-win.iso',
      },
      {
        long: 'firmware',
        value: 'NAME',
        kind: 'firmware',
        summary: 'bios, uefi or secure-boot, in place of what fits',
      },
      {
        long: 'rom',
        value: 'FILE',
        kind: 'file',
        summary: 'the option ROM of the video card, as handover rom saves it',
      },
      {
        long: 'looking-glass',
        value: 'PIXELS',
        summary: 'memory for Looking Glass, for a screen of so many: 2560x1440',
      },
      {
        long: 'input',
        value: 'KIND',
        kind: 'input',
        summary: 'evdev, usb or none: how keyboard and mouse come to it',
      },
      {
        long: 'output',
        short: 'o',
        value: 'FILE',
        kind: 'file',
        summary: 'where to write it (-: standard output)',
      },
      { long: 'force', short: 'f', summary: 'overwrite it' },
      host,
      { ...json, summary: 'print the decisions as JSON, and write nothing; schema: handover schema vm-new' },
      isPrivate,
    ],
    examples: [
      [
        'handover vm new windows --device gpu --os windows11 --disk win.qcow2:120G --iso Win11.iso',
        'with the video card',
      ],
      ['handover vm new test --device 02:00.0 --memory 2G --cpus 2 -o -', 'look at it first'],
      [
        'handover vm new windows --device gpu --host report.json -o -',
        'for the computer that made this recording',
      ],
    ],
    next: 'sudo handover vm start windows',
    reads: true,
    load: () => import('./commands/vm-new.js'),
  },
  {
    name: 'vm start',
    summary: 'start a virtual machine with devices of the host, and give them back when it ends',
    about: [
      'MACHINE is the NAME of a description in /etc/handover/vms, or a FILE: a word with a slash, or that ends in .yaml. examples/machine.yaml shows every setting. All that can be known before is looked at first: a mistake in it, a device that is not there or with another machine, a disk in use, memory that does not fit.',
      'Its devices are bound to vfio-pci, with the whole of their IOMMU groups, and given back when it ends, however it ends. The command returns when the machine runs; who watches it stays behind, under systemd where that runs, and does not need the terminal. With --foreground it is this program, and the serial console is standard input and output.',
      'Where libvirt runs, root starts the machine through it: as a domain that is written anew each time, with a hook that has the devices come and go whoever starts it.',
    ],
    arguments: [machine],
    options: [
      { long: 'foreground', summary: 'stay with the machine until it ends' },
      {
        long: 'through',
        value: 'WAY',
        kind: 'way',
        summary: 'libvirt or qemu, in place of libvirt where it runs',
      },
      accept,
    ],
    examples: [
      ['sudo handover vm start windows', 'what /etc/handover/vms/windows.yaml describes'],
      ['sudo handover vm start ./windows.yaml --foreground', 'start it; Ctrl-C shuts it down'],
      ['sudo handover vm start windows --through qemu', 'without libvirt'],
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
    reads: true,
    load: () => import('./commands/vm-list.js'),
  },
  {
    name: 'vm status',
    summary: 'say whether a virtual machine runs, since when, with which devices, and what QEMU says of it',
    about: [
      'With --watch: what it does, seen from the host: interrupts of each device per second and of what kind, memory pinned for devices, what the IOMMU stopped, links, power states, errors. Anew every second on a terminal, until Ctrl-C; else once, after a second.',
      'Exit status 0: it runs, or ended as it should; 2: it ended badly, or nobody watches it.',
    ],
    arguments: [machine],
    options: [
      { long: 'watch', summary: 'what it and its devices do, every second' },
      { ...json, summary: 'print JSON; its schema: handover schema vm-status, with --watch vm-activity' },
    ],
    examples: [
      ['sudo handover vm status windows', 'is it there'],
      ['sudo handover vm status windows --watch', 'does the card get its interrupts'],
    ],
    next: 'handover vm console windows',
    reads: true,
    load: () => import('./commands/vm-status.js'),
  },
  {
    name: 'vm attach',
    summary: 'put a device of the host into a virtual machine that runs',
    about: [
      'Its slot goes as one: all functions of the card, but virtual functions, which go alone. They are bound to vfio-pci first, with the whole of their IOMMU groups, and put behind a free port of the machine. When the machine ends, or on vm detach, the host has them back.',
    ],
    arguments: [machine, device],
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
    arguments: [machine, device],
    options: [json],
    examples: [['sudo handover vm detach windows 05:00.0', 'unplug the card']],
    next: 'handover devices',
    load: () => import('./commands/vm-detach.js'),
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
]
