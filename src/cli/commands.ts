import type { Argument, Command, Option } from './command.js'
import { plugCommands } from './vm-plug-commands.js'

const device: Argument = { name: 'DEVICE', kind: 'device' }
const json: Option = { long: 'json', summary: 'print JSON; its schema: handover schema COMMAND' }
const isPrivate: Option = {
  long: 'private',
  summary: 'keep serial numbers, MAC addresses and the like as they are',
}
const host: Option = {
  long: 'host',
  value: 'FILE',
  kind: 'file',
  summary: 'a recording or pasted lspci text in place of this computer (-: standard input)',
}
const reading = [host, json, isPrivate]
const accept: Option = {
  long: 'accept',
  value: 'ROLE',
  kind: 'role',
  many: true,
  summary:
    'take even what the host uses as root-disk, swap, mounted, network, keyboard, display or terminal; the refusal says which',
}

const root: Option = {
  long: 'root',
  value: 'FOLDER',
  kind: 'file',
  summary: 'where the root file system of the computer is mounted, in a rescue system',
}

const labOptions: readonly Option[] = [
  {
    long: 'topology',
    value: 'FILE',
    kind: 'file',
    summary: 'the computer, described in YAML (see docs/lab.md)',
  },
  {
    long: 'kernel',
    value: 'NAME',
    summary: "Debian's kernel 6.1, 6.12 or 7, downloaded once; or built: one with IOMMUFD, built once",
  },
  { long: 'qemu', value: 'FILE', kind: 'file', summary: 'the QEMU to use, in place of qemu-system-x86_64' },
  { long: 'newer-qemu', summary: "Debian backports' QEMU, downloaded once: for AMD's IOMMU with DMA" },
]
const labReuse =
  'A laboratory that runs already is used, unless another computer is asked for; else one is started and stopped again.'

/** Every command there is, in the order in which help lists them. */
export const commands: readonly Command[] = [
  {
    name: 'setup',
    summary: 'lead through it: check, choose a device, plan, and do it or save the plan',
    about: [
      'Asks at a terminal. Before each step stands the command that does the same without questions. Ctrl-C at any question leaves everything as it is.',
    ],
    examples: [
      ['sudo handover setup', 'from the check to the change'],
      ['handover setup', 'from the check to a saved plan'],
    ],
    next: 'handover status',
    load: () => import('./commands/setup.js'),
  },
  {
    name: 'devices',
    summary: 'list the PCI devices, with their drivers and what the host uses them for',
    options: reading,
    examples: [
      ['handover devices', 'what is in this computer'],
      ['handover devices --host report.json', 'what is in the computer that made this recording'],
      ['lspci -vvv | handover devices --host -', 'what pasted lspci text tells'],
    ],
    next: 'handover show 01:00.0',
    reads: true,
    load: () => import('./commands/devices.js'),
  },
  {
    name: 'groups',
    summary: 'list the IOMMU groups: what can only be handed over together',
    about: [
      "Where the kernel made no groups, since the IOMMU is off or the computer is known from a text only, they are predicted by the kernel's own rules. What the prediction rests on is said with it; what cannot be known is shown as such, with the command that would tell.",
      'The options from --acs-override on ask what would be, and show what changes. A PORT is a root port, a downstream port or a bridge: handover slots lists them.',
    ],
    options: [
      {
        long: 'predict',
        summary: "predict, and compare with the kernel's groups (exit 2 where they differ)",
      },
      {
        long: 'why',
        value: 'DEVICE',
        kind: 'device',
        summary: 'explain how DEVICE comes to its group, step by step',
      },
      {
        long: 'acs-override',
        value: 'LIST',
        summary: 'what if the kernel had the override patch, and this: downstream,multifunction,id:VVVV:DDDD',
      },
      {
        long: 'config-acs',
        value: 'SPEC',
        summary: 'what if the kernel had the parameter pci=config_acs=SPEC',
      },
      {
        long: 'move',
        value: 'DEVICE=PORT',
        many: true,
        summary: 'what if the card DEVICE were in the slot of PORT',
      },
      {
        long: 'add',
        value: 'VENDOR:DEVICE=PORT',
        many: true,
        summary: 'what if a card with these ids were in the slot of PORT',
      },
      {
        long: 'without',
        value: 'DEVICE',
        kind: 'device',
        many: true,
        summary: 'what if DEVICE, and all behind it, were not there',
      },
      { long: 'kernel', value: 'VERSION', summary: 'what if this kernel ran: 6.1.120, 6.12, 7.3' },
      ...reading,
    ],
    examples: [
      ['handover groups', 'the groups as the kernel made them, or as it would make them'],
      ['handover groups --why 01:00.0', 'why this card is with those'],
      ['handover groups --move 01:00.0=00:1c.0', 'what if the card were in the other slot'],
      ['lspci -nnvvv | handover groups --host - --json', 'from pasted text, for a program'],
    ],
    next: 'handover slots',
    reads: true,
    load: () => import('./commands/groups.js'),
  },
  {
    name: 'slots',
    summary: 'list the places for cards, and the IOMMU group that a card would get in each',
    about: [
      'A card is best put where it shares its group with nobody. The group is predicted for a card of one function; several functions of one card share a group unless the card keeps them apart.',
    ],
    options: reading,
    examples: [
      ['handover slots', 'where to put a card'],
      ['handover slots --host report.json', 'in the computer that made this recording'],
    ],
    next: 'handover groups --add 10de:2206=00:01.0',
    reads: true,
    load: () => import('./commands/slots.js'),
  },
  {
    name: 'show',
    summary: 'show all that is known of one device',
    about: ['What this user may not read is shown as unknown, with the reason: as root more is known.'],
    arguments: [device],
    options: reading,
    examples: [
      ['handover show 01:00.0', 'by its address'],
      ['handover show 10de:2206', 'by vendor and device id'],
      ['handover show gpu', 'by its class, where there is only one'],
      ['handover show 00:01.0/00.0 --host report.json', 'by its path from the root bus, in a recording'],
    ],
    next: 'handover rom 01:00.0 -o card.rom',
    reads: true,
    load: () => import('./commands/show.js'),
  },
  {
    name: 'rom',
    summary: 'save the option ROM of a card, and check it',
    about: [
      'The ROM is switched on for the time of the reading only. For the card that the firmware started, the kernel gives the copy that already ran, not what is on the card; that is said.',
    ],
    arguments: [device],
    options: [
      {
        long: 'output',
        short: 'o',
        value: 'FILE',
        kind: 'file',
        required: true,
        summary: 'where to write it',
      },
      { long: 'force', short: 'f', summary: 'overwrite FILE' },
      json,
    ],
    examples: [['sudo handover rom 01:00.0 -o card.rom', 'save the ROM of the card in slot 01:00.0']],
    next: 'handover bind --dry-run 01:00.0',
    load: () => import('./commands/rom.js'),
  },
  {
    name: 'check',
    summary: 'say whether this computer, or one device of it, is ready, and what stands in the way',
    about: [
      'The verdict comes first, in one line; then findings by weight, each with what was seen, why it matters and what to do. What could not be looked at is unknown, with what would tell. Exit status 0: ready; 2: not yet, or not; 4: root would know more.',
    ],
    arguments: [{ ...device, optional: true }],
    options: [
      { long: 'rank', value: 'CLASS', kind: 'class', summary: 'order all devices of a class, best first' },
      { long: 'all', summary: 'show also what is as it should be' },
      { long: 'list', summary: 'list the rules' },
      { long: 'only', value: 'RULE', kind: 'rule', many: true, summary: 'ask this rule only' },
      ...reading,
    ],
    examples: [
      ['sudo handover check', 'can this computer hand devices over at all'],
      ['sudo handover check gpu', 'can its video card go to a virtual machine'],
      ['handover check --rank gpu', 'which of its video cards goes best'],
      ['lspci -nnvvv | handover check 01:00.0 --host -', 'what pasted text tells'],
    ],
    next: 'handover explain iommu-in-use',
    reads: true,
    load: () => import('./commands/check.js'),
  },
  {
    name: 'explain',
    summary: 'explain a rule of check: what it looks at, why, and what to do',
    arguments: [{ name: 'RULE', kind: 'rule' }],
    options: [json],
    examples: [['handover explain iommu-in-use', 'one rule; handover check --list lists all']],
    next: 'handover check --list',
    load: () => import('./commands/explain.js'),
  },
  {
    name: 'diagnose',
    summary: 'name the failures that kernel, QEMU and libvirt logs tell of, with cause and fix',
    about: [
      "FILE is any log or a part of one: dmesg, journal, /var/log/libvirt/qemu/NAME.log, a pasted forum post or mail (-: standard input). Without FILE: this computer's kernel log and libvirt's logs. With --here, or --host and a recording of the computer that the log is from, what is known of the device chooses between causes.",
    ],
    arguments: [{ name: 'FILE', kind: 'file', many: true, optional: true }],
    options: [
      { long: 'here', summary: 'FILE is a log of this computer: look at its devices too' },
      ...reading,
    ],
    examples: [
      ['sudo handover diagnose', 'what the logs of this computer tell'],
      ['handover diagnose dmesg.txt', 'what a log tells that somebody sent'],
      ['journalctl -k -b -1 -o short-monotonic | handover diagnose --here -', 'the boot before this one'],
      ['handover diagnose win10.log --host report.json', 'with what the recording knows of the devices'],
    ],
    next: 'handover show 01:00.0',
    reads: true,
    load: () => import('./commands/diagnose.js'),
  },
  {
    name: 'record',
    summary: 'write all that this program reads from the computer into one file',
    about: [
      'The file is JSON that a person can read and compare, and the report to send to somebody who helps. Serial numbers, MAC and IP addresses, UUIDs, host and user names are replaced by stable pseudonyms before it is written.',
    ],
    options: [
      {
        long: 'output',
        short: 'o',
        value: 'FILE',
        kind: 'file',
        required: true,
        summary: 'where to write it (-: standard output)',
      },
      { long: 'force', short: 'f', summary: 'overwrite FILE' },
      { ...host, summary: 'record what a recording or pasted lspci text tells (-: standard input)' },
      isPrivate,
    ],
    examples: [
      ['sudo handover record -o report.json', 'with all that only root may read'],
      ['handover record -o -', 'look at it before you send it'],
    ],
    next: 'handover devices --host report.json',
    reads: true,
    load: () => import('./commands/record.js'),
  },
  {
    name: 'plan',
    summary: 'say what this computer needs for devices to go to a virtual machine, and change nothing',
    about: [
      'The difference of every file, every command, what the host loses, what can go wrong and the way back, and whether it takes a restart. Without --boot the devices go until unbind or the next restart; with it they belong to vfio-pci from the next start on, before their own drivers see them, and the kernel uses the IOMMU.',
      'The options from --group on change more of the host; without DEVICE they stand alone. With --functions, --mdev or --libvirt the devices stay with the host: virtual functions and mediated devices of them go, or they themselves go with the domain.',
      'Exit status 0: nothing need be changed; 2: something; 4: not all could be read, which is named; 5: refused, with what lifts it.',
    ],
    arguments: [{ ...device, many: true, optional: true }],
    options: [
      { long: 'boot', summary: 'from the next start on' },
      { long: 'by-id', summary: 'with --boot: find devices by their ids, not by their place' },
      {
        long: 'group',
        value: 'NAME',
        kind: 'word',
        summary: 'let people of this group use devices of vfio, and lock memory, until undo',
      },
      {
        long: 'huge-pages',
        value: 'SIZE',
        kind: 'word',
        summary: 'set memory aside as huge pages: 16G; of 1 GiB each: 16G:1G',
      },
      {
        long: 'functions',
        value: 'N',
        kind: 'word',
        summary: 'have DEVICE make N virtual functions (SR-IOV), without a driver of the host',
      },
      {
        long: 'mdev',
        value: 'TYPE',
        kind: 'word',
        summary: 'have DEVICE make a mediated device; mdev_supported_types of it lists the types',
      },
      {
        long: 'bar-size',
        value: 'BAR=SIZE',
        kind: 'word',
        many: true,
        summary: 'resize a BAR of DEVICE until a restart: 1=16G',
      },
      {
        long: 'cpus',
        value: 'LIST',
        kind: 'word',
        summary: 'keep services and people off these processors until a restart: 2-7',
      },
      {
        long: 'libvirt',
        value: 'DOMAIN',
        kind: 'word',
        summary: 'have DEVICE come and go with this domain of libvirt, until undo',
      },
      { long: 'output', short: 'o', value: 'FILE', kind: 'file', summary: 'save the plan, for apply' },
      { long: 'force', short: 'f', summary: 'overwrite FILE' },
      accept,
      json,
    ],
    examples: [
      ['handover plan gpu --boot', 'what would be changed'],
      ['handover plan gpu --boot -o plan.json', 'save it'],
      ['handover plan 03:00.0 --functions 4 --boot', 'virtual functions at every start'],
      ['handover plan --group kvm --huge-pages 16G', 'the host alone'],
    ],
    next: 'sudo handover apply plan.json',
    reads: true,
    load: () => import('./commands/plan.js'),
  },
  {
    name: 'apply',
    summary: 'do what a plan says',
    about: [
      'Refused, with the difference, where the computer is no longer as it was when that was planned. What is changed is written down before it is; if anything fails, all of it is put back.',
    ],
    arguments: [{ name: 'FILE', kind: 'file' }],
    options: [{ long: 'yes', short: 'y', summary: 'do not ask' }],
    examples: [['sudo handover apply plan.json', 'show it, ask, and do it']],
    next: 'handover status',
    load: () => import('./commands/apply.js'),
  },
  {
    name: 'status',
    summary: 'say what handover has changed here, and whether it still is so',
    about: [
      'After a restart also whether that brought what the plan was for: the devices are with vfio-pci, the words on the command line of the kernel. Exit status 0: all holds; 2: a restart is to come, or something is not as it was to be.',
    ],
    options: [json],
    examples: [['handover status', 'after a restart: does the plan hold']],
    next: 'sudo handover undo',
    reads: true,
    load: () => import('./commands/status.js'),
  },
  {
    name: 'history',
    summary: 'list everything that handover has changed here',
    options: [root, json],
    examples: [['handover history', 'newest last']],
    next: 'sudo handover undo',
    reads: true,
    load: () => import('./commands/history.js'),
  },
  {
    name: 'undo',
    summary: 'take back what handover changed',
    about: [
      'The last change, or that of ID. What somebody has changed since is not overwritten: that is said, and nothing is done. From a rescue system, with the root file system mounted: --root.',
    ],
    arguments: [{ name: 'ID', kind: 'entry', optional: true }],
    options: [{ long: 'all', summary: 'everything, newest first' }, root],
    examples: [
      ['sudo handover undo', 'the last change'],
      ['sudo handover undo 3', 'what handover history lists as 3'],
      ['handover undo --all --root /mnt', 'from a rescue system'],
    ],
    next: 'handover history',
    load: () => import('./commands/undo.js'),
  },
  {
    name: 'bind',
    summary: 'take devices from their drivers and give them to vfio-pci, until unbind or a restart',
    about: [
      'Every endpoint of the IOMMU group leaves its driver, or none does; bridges stay. What the host cannot do without is refused, and the refusal says what lifts it.',
    ],
    arguments: [{ ...device, many: true }],
    options: [{ long: 'dry-run', short: 'n', summary: 'only say what would be done' }, accept, json],
    examples: [
      ['handover bind --dry-run 01:00.0', 'say what would be touched'],
      ['sudo handover bind 01:00.0', 'hand the group of 01:00.0 to vfio-pci'],
      ['sudo handover bind gpu --accept display', 'even though it lights the display'],
    ],
    next: 'handover vm start machine.yaml --foreground',
    load: () => import('./commands/bind.js'),
  },
  {
    name: 'unbind',
    summary: 'give devices back to the drivers of the host',
    arguments: [{ ...device, many: true }],
    options: [{ long: 'dry-run', short: 'n', summary: 'only say what would be done' }, json],
    examples: [
      ['sudo handover unbind 01:00.0', 'give the group of 01:00.0 back'],
      ['handover unbind --dry-run 01:00.0', 'say what would be touched'],
    ],
    next: 'handover devices',
    load: () => import('./commands/unbind.js'),
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
  ...plugCommands(accept, json),
  {
    name: 'lab',
    summary: 'start the laboratory: a computer with an IOMMU and PCI devices, made of QEMU',
    about: [
      "Its root is this machine's own file system, read-only, with a file system in memory over it: nothing in it changes this machine. It needs no IOMMU, no KVM and no root.",
    ],
    options: labOptions,
    examples: [
      ['handover lab', 'the usual computer: a video card, an NVMe disk, an edu card, a network card'],
      ['handover lab --topology computer.yaml', 'the computer that this file describes'],
    ],
    next: 'handover lab shell',
    load: () => import('./commands/lab.js'),
  },
  {
    name: 'lab shell',
    summary: 'give a prompt in the laboratory',
    about: [labReuse],
    options: labOptions,
    examples: [['handover lab shell', 'then, in it: handover devices']],
    next: 'handover devices',
    load: () => import('./commands/lab-shell.js'),
  },
  {
    name: 'lab run',
    passesOptions: true,
    summary: 'run a script in the laboratory and end with its status',
    about: [labReuse],
    arguments: [
      { name: 'FILE', kind: 'file' },
      { name: 'ARGUMENT', kind: 'file', many: true, optional: true },
    ],
    options: labOptions,
    examples: [
      ['handover lab run test.sh', 'a shell script'],
      ['handover lab run --topology two-cards.yaml test.sh', 'in a computer of its own'],
    ],
    next: 'handover lab shell',
    load: () => import('./commands/lab-run.js'),
  },
  {
    name: 'schema',
    summary: 'print the JSON schema of what a command prints with --json',
    arguments: [{ name: 'NAME', kind: 'schema', optional: true }],
    examples: [
      ['handover schema', 'the names'],
      ['handover schema devices', 'the schema of handover devices --json'],
    ],
    next: 'handover devices --json',
    load: () => import('./commands/schema.js'),
  },
  {
    name: 'completion',
    summary: 'print a completion script for a shell',
    arguments: [{ name: 'SHELL', kind: 'shell' }],
    examples: [
      ['handover completion bash > ~/.local/share/bash-completion/completions/handover', 'for bash'],
      ['handover completion zsh > ~/.zsh/completions/_handover', 'for zsh, where that folder is in $fpath'],
      ['handover completion fish > ~/.config/fish/completions/handover.fish', 'for fish'],
    ],
    next: 'handover devices',
    load: () => import('./commands/completion.js'),
  },
  {
    name: 'man',
    summary: 'print the manual page',
    examples: [['handover man | man -l -', 'read it']],
    next: 'handover devices',
    hidden: true,
    load: () => import('./commands/man.js'),
  },
]
