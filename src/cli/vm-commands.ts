import type { Command } from './command.js'
import { accept, host, isPrivate, json } from './options.js'

/** Commands about virtual machines. */
export const vmCommands: readonly Command[] = [
  {
    name: 'vm new',
    summary: 'describe a virtual machine with devices of this host, complete and with the reasons',
    about: [
      'Writes NAME.yaml, to be read and changed: as root in /etc/handover/vms, else here. Everything that depends on this computer is decided from what is known of it: the rest of the card, firmware, processors near the device, memory, disks, picture, keyboard, sound. Above each setting stands why, and what found it. What cannot be is said before anything is written.',
      'A disk that is not there yet is made with the SIZE given. With --host nothing is looked for on this computer, and no disk is made.',
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
    next: 'sudo handover vm start windows.yaml --foreground',
    load: () => import('./commands/vm-new.js'),
  },
  {
    name: 'vm start',
    summary: 'start a virtual machine with devices of the host, and give them back when it ends',
    about: [
      'FILE describes the machine in YAML: name, memory, cpus, firmware, kernel, initrd, append, disks, devices, qemu, arguments; examples/machine.yaml shows every setting. Its devices are bound to vfio-pci, with the whole of their IOMMU groups, and given back when it ends, on Ctrl-C and when QEMU crashes. Its serial console is standard input and output.',
    ],
    arguments: [{ name: 'FILE', kind: 'file' }],
    options: [{ long: 'foreground', summary: 'stay with the machine until it ends' }, accept],
    examples: [
      ['sudo handover vm start windows.yaml --foreground', 'start it; Ctrl-C shuts it down'],
      [
        'sudo handover vm start windows.yaml --foreground --accept display',
        'with the only card that shows a picture',
      ],
    ],
    next: 'handover devices',
    load: () => import('./commands/vm-start.js'),
  },
]
