import { fileEdit, readAttribute, textAt } from '../../changes/index.js'
import { cpuListText, cpusFolder, parseCpuList } from '../../machine/index.js'
import { byHand } from '../boot/by-hand.js'
import { type About, WishError, type Wished, written } from './wish.js'

/** Where systemd has everything that is not a machine: services, people's sessions, itself (systemd.special(7)). */
const units = ['system.slice', 'user.slice', 'init.scope'] as const

/**
 * Keeps everything but virtual machines off some processors, as long as the computer runs: files in /run, and
 * daemon-reload(1), which gives running units their new settings (systemd src/core/unit-serialize.c unit_deserialize_state).
 * AllowedCPUs= needs systemd 244 and cgroups of version 2 with cpuset (systemd.resource-control(5)). Machines of libvirt are in
 * machine.slice, which is not touched.
 */
export function planCpus(wish: string, { host, boot }: About): Wished {
  const option = `--cpus ${wish}`
  const asked = [...new Set(parseCpuList(wish))].sort((a, b) => a - b)
  if (asked.length === 0) throw new WishError(option, 'give a list, as 2-7,10')
  if (boot)
    throw new WishError(
      option,
      'it is for now, without --boot: at every start, it would keep them from the host also while no machine runs',
    )
  const online = parseCpuList(readAttribute(host, `${cpusFolder}/online`)) ?? []
  const missing = asked.filter((cpu) => !online.includes(cpu))
  if (missing.length > 0)
    throw new WishError(
      option,
      `there is no processor ${cpuListText(missing)}; there are ${cpuListText(online)}`,
    )
  const left = online.filter((cpu) => !asked.includes(cpu))
  if (left.length === 0) throw new WishError(option, 'that leaves none for the host')
  const controllers = textAt(host, '/sys/fs/cgroup/cgroup.controllers') ?? ''
  if (host.list('/run/systemd/system').kind !== 'value' || !controllers.split(/\s/).includes('cpuset'))
    return {
      changes: [],
      byHand: [
        byHand(
          'there is no systemd with cgroups of version 2',
          `keep everything but the machine off the processors ${cpuListText(asked)}`,
        ),
      ],
    }
  return {
    changes: [
      {
        kind: 'configuration',
        id: 'processors',
        title: `processors ${cpuListText(asked)} for virtual machines alone, until undo or a restart`,
        edits: units.map((unit) =>
          fileEdit(
            host,
            `/run/systemd/system/${unit}.d/handover.conf`,
            `${written}\n[${unit.endsWith('.slice') ? 'Slice' : 'Scope'}]\nAllowedCPUs=${cpuListText(left)}\n`,
          ),
        ),
        commands: [{ run: ['systemctl', 'daemon-reload'], rewrites: [], tells: true }],
      },
    ],
  }
}
