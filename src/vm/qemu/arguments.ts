import type { Description } from '../description/description.js'
import { channels } from './channels.js'
import { processor, topology } from './cpu.js'
import { hostDevices } from './devices.js'
import { drives } from './disks.js'
import { firmware } from './firmware.js'
import { graphics, lookingGlass } from './graphics.js'
import { clock, grabbed, usb } from './input.js'
import { memoryBackend } from './memory.js'
import { network } from './network.js'
import { escaped, list } from './option.js'
import { type RunSettings, socketsOf } from './run.js'
import { sound } from './sound.js'
import { tpm } from './tpm.js'

/**
 * QEMU's arguments for a machine, without the program. Pure. Source: QEMU docs/system/qemu-manpage, qemu-options.hx.
 * Devices get their slots in the order in which they stand here: network first, so that an interface keeps its name when a disk
 * is added.
 */
export function qemuArguments(description: Description, run: RunSettings): string[] {
  const { name, memoryBytes, kernel, initrd, append } = description
  const memory = memoryBackend(description)
  const machine = { smm: run.firmware?.requiresSmm ? 'on' : undefined, 'memory-backend': memory.id }
  return [
    ...['-name', name],
    ...processor(description, run),
    ...['-machine', list('q35', machine), '-m', `${memoryBytes / 1024 ** 2}M`],
    ...topology(description),
    ...memory.arguments,
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ...['-qmp', list(`unix:${escaped(socketsOf(run.folder).qmp)}`, { server: 'on', wait: 'off' })],
    ...['-serial', 'stdio'],
    ...clock(description),
    ...firmware(description, run.firmware),
    ...(kernel ? ['-kernel', kernel] : []),
    ...(initrd ? ['-initrd', initrd] : []),
    ...(append ? ['-append', append] : []),
    ...network(description),
    ...drives(description),
    ...graphics(description, run),
    ...channels(description, run),
    ...usb(description),
    ...grabbed(description),
    ...sound(description),
    ...lookingGlass(description),
    ...tpm(description, run),
    ...hostDevices(description, run),
    ...description.arguments,
  ]
}
