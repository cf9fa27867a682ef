import type { Machine } from '../../machine/index.js'
import { isWindows } from '../description/index.js'
import { cpus } from './cpus.js'
import { devices } from './devices.js'
import { disks, guestAgent, network } from './disks.js'
import { firmware } from './firmware.js'
import { memory } from './memory.js'
import { rom } from './rom.js'
import { input, screen, sound } from './screen.js'
import { type Decide, type Decision, decision, type Wish } from './wish.js'

/** A new machine, decided. While there are problems there is none. */
export interface Proposal {
  /** In the order in which they stand in the description. */
  readonly decisions: readonly Decision[]
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

const start: Decide = (_, { name, os }) => ({
  decisions: [
    decision('name', name),
    decision(
      'os',
      os,
      isWindows({ os })
        ? 'With the Hyper-V enlightenments, by which Windows knows how to idle and keep time'
        : null,
    ),
  ],
})

/** Which program runs it, where it is not the usual one. */
const qemu: Decide = ({ system }) => {
  const found = system.qemu
  if ('unknown' in found) return {}
  if (found.value === null)
    return { notes: ['QEMU is not installed: qemu-system-x86 on Debian and Ubuntu, qemu-kvm on Fedora'] }
  const { path, version } = found.value
  if (path === '/usr/bin/qemu-system-x86_64') return {}
  return {
    decisions: [
      decision('qemu', path, `QEMU ${version} of this host`, {
        rule: 'qemu-installed',
        evidence: [{ path, value: version }],
      }),
    ],
  }
}

const parts: readonly Decide[] = [
  start,
  memory,
  cpus,
  rom,
  firmware,
  disks,
  network,
  screen,
  input,
  sound,
  guestAgent,
  devices,
  qemu,
]

/** Settings in the order in which they are written. */
const order = [
  'name',
  'os',
  'memory',
  'huge-pages',
  'memory-node',
  'cpus',
  'firmware',
  'tpm',
  'mmio-window',
  'hypervisor',
  'disks',
  'network',
  'graphics',
  'display',
  'looking-glass',
  'input',
  'usb',
  'sound',
  'guest-agent',
  'devices',
  'qemu',
]

/** What a person wants of a machine, made complete for this host. Pure but for the lazy reads of the Machine. */
export function describeMachine(machine: Machine, wish: Wish): Proposal {
  const made = parts.map((decide) => decide(machine, wish))
  const place = ({ field }: Decision) => order.indexOf(field.split('.')[0]!)
  return {
    decisions: made.flatMap(({ decisions = [] }) => decisions).sort((a, b) => place(a) - place(b)),
    problems: made.flatMap(({ problems = [] }) => problems),
    notes: made.flatMap(({ notes = [] }) => notes),
  }
}
