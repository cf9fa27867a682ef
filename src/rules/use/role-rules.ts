import { lossesOf, neededRoles, type RoleName } from '../../machine/index.js'
import type { Handover } from '../handover.js'
import { impossible, note, notHere, passes, step } from '../outcomes.js'
import { type DeviceRule, type Outcome, Undecided } from '../rule.js'
import { leavingDrivers } from './leaving-drivers.js'
import { spareDisplay } from './spare-display.js'

interface Row extends Pick<DeviceRule, 'id' | 'title' | 'why' | 'looksAt' | 'sources'> {
  readonly role: RoleName
  readonly weight: 'impossible' | 'step'
  readonly fix: string
  /** What to do on this computer. */
  readonly plan?: (handover: Handover) => string
  /** Where the host loses nothing. */
  readonly kept: string
  /** Where the device has the role and the host keeps it without. */
  readonly shared?: { readonly says: string; readonly fix: string }
}

/** One rule for each role that `handover bind` refuses to take from the host. */
const rows: readonly Row[] = [
  {
    id: 'root-disk',
    role: 'root-disk',
    weight: 'impossible',
    title: 'Is the root file system of the host elsewhere?',
    looksAt: ['/proc/self/mountinfo', '/sys/dev/block', '/sys/class/block/*/slaves', '/sys/fs/btrfs'],
    why: 'The host runs from this disk. Once it is gone no program can be started any more, and what was not written yet is lost.',
    fix: 'Install or move the host to another disk and start it from there. `handover bind DEVICE --accept root-disk` takes it all the same, and the host goes down with it.',
    kept: 'the root file system does not stand on it',
    sources: ['Linux fs/proc_namespace.c show_mountinfo', 'Linux block/holder.c bd_link_disk_holder'],
  },
  {
    id: 'mounted-disk',
    role: 'mounted',
    weight: 'step',
    title: 'Is no other file system of the host mounted from it?',
    looksAt: ['/proc/self/mountinfo', '/sys/dev/block', '/sys/class/block/*/slaves', '/sys/fs'],
    why: 'A disk that goes away under a mounted file system takes with it what was not written yet, and programs that use it fail.',
    fix: 'Unmount it: umount; and take it out of /etc/fstab, so that the next start does not wait for it. `handover bind DEVICE --accept mounted` takes the disk all the same.',
    kept: 'no mounted file system stands on it',
    sources: ['Linux fs/proc_namespace.c show_mountinfo', 'Linux block/genhd.c del_gendisk'],
  },
  {
    id: 'swap-disk',
    role: 'swap',
    weight: 'step',
    title: 'Is no swap area of the host on it?',
    looksAt: ['/proc/swaps', '/sys/dev/block'],
    why: 'Memory of running programs is in that swap area. When the disk goes away, those programs are killed as soon as they touch it.',
    fix: 'Take it out of use: swapoff; and out of /etc/fstab. `handover bind DEVICE --accept swap` takes the disk all the same.',
    kept: 'no swap area stands on it',
    sources: ['Linux mm/swapfile.c swap_show'],
  },
  {
    id: 'network-route',
    role: 'network',
    weight: 'step',
    title: 'Does the host reach the network without it?',
    looksAt: ['/proc/net/route', '/proc/net/ipv6_route', '/sys/class/net/*'],
    why: 'With the card that every default route goes through, the host is cut off; whoever works on it over the network is too.',
    fix: 'Give the host another way out first: a second card, or wireless. `handover bind DEVICE --accept network` takes the card all the same: then be at the computer itself.',
    sources: ['Linux net/ipv4/fib_trie.c fib_route_seq_show', 'Linux net/ipv6/route.c'],
    kept: 'no default route goes through it',
    shared: {
      says: 'a default route goes through it, and the host has another way out',
      fix: 'see that the other one reaches all that the host needs: ip route',
    },
  },
  {
    id: 'only-keyboard',
    role: 'keyboard',
    weight: 'step',
    title: 'Is a keyboard left to the host?',
    looksAt: ['/proc/bus/input/devices'],
    why: 'With a USB controller goes all that is plugged into it. Without a keyboard nobody can work at the host, or stop the machine that has its devices; the mouse most often goes with it.',
    fix: 'Plug a keyboard into a port of another controller (`handover show DEVICE` names what hangs on which), or log in over the network. `handover bind DEVICE --accept keyboard` takes it all the same.',
    sources: ['Linux drivers/input/input.c input_devices_seq_show'],
    kept: 'no keyboard hangs on it',
    shared: {
      says: 'a keyboard hangs on it, and the host has another',
      fix: 'use the other one at the host',
    },
  },
  {
    id: 'only-display',
    role: 'display',
    weight: 'step',
    title: 'Is a display left to the host?',
    looksAt: [
      '/sys/class/drm/*/status, enabled',
      '/sys/class/vtconsole',
      '/sys/class/graphics',
      '/proc/iomem',
      'display controllers with outputs that stay',
    ],
    why: 'The host goes on without a picture: its desktop ends, and its text console cannot be seen.',
    fix: 'Plug a monitor into another video card, the one in the processor for instance, and let the host start on that; or work on the host over the network, and say so: handover bind DEVICE --accept display.',
    plan: spareDisplay,
    sources: [
      'Linux drivers/gpu/drm/drm_sysfs.c status_show, enabled_show',
      'Linux drivers/tty/vt/vt.c',
      'Linux drivers/firmware/sysfb_simplefb.c',
    ],
    kept: 'it lights no display',
    shared: {
      says: 'it lights a display that goes dark, and the host has another',
      fix: 'look at the other one from then on, or plug the monitor over',
    },
  },
  {
    id: 'own-terminal',
    role: 'terminal',
    weight: 'step',
    title: 'Does the terminal that this runs in stay?',
    looksAt: ['/proc/self/fd/0', '/sys/class/tty'],
    why: 'The command that hands the device over would be cut off from whoever runs it before it ends.',
    fix: 'Run it from another terminal: at the screen, or over the network.',
    kept: 'the terminal that this runs in does not hang on it',
    sources: ['Linux drivers/tty/tty_io.c tty_class'],
  },
]

export const roleRules: readonly DeviceRule[] = rows.map(
  ({ role, weight, kept, shared, plan, ...about }) => ({
    ...about,
    about: 'device',
    atWorst: weight,
    check(handover): Outcome | readonly Outcome[] {
      const { machine, device } = handover
      const needed = neededRoles.find((one) => one.role === role)!
      const leaving = leavingDrivers(handover)
      if (leaving.length === 0) return notHere('it has left the host already')
      const losses = lossesOf(needed, machine.roles[role], leaving)
      for (const { certain, unknown } of losses) if (!certain) throw new Undecided(unknown)
      if (losses.length > 0) {
        const fix = plan?.(handover)
        return losses.map(({ functions, reason, evidence }) =>
          ({ impossible, step })[weight](
            named(reason, functions[0]!, device.address),
            evidence,
            fix === undefined ? {} : { fix },
          ),
        )
      }
      const having = leaving.flatMap(({ address, roles }) =>
        roles.flatMap((one) => (one.name === role ? [{ address, evidence: one.evidence }] : [])),
      )
      if (shared === undefined || having.length === 0) return passes(kept)
      return having.map(({ address, evidence }) =>
        note(named(shared.says, address, device.address), evidence, { fix: shared.fix }),
      )
    },
  }),
)

/** A sentence about `it`, of a function that is not the one asked for but goes with it. */
function named(text: string, address: string, device: string): string {
  return address === device ? text : `${address} goes with it, and ${text.replace(/\bit\b/, 'that one')}`
}
