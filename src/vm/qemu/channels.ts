import type { Description } from '../description/description.js'
import { list } from './option.js'
import { type RunSettings, socketsOf } from './run.js'

/** Ports that programs in the machine know by name: SPICE's agent (clipboard, resolution), qemu-guest-agent. */
export function channels({ display, guestAgent }: Description, { folder }: RunSettings): string[] {
  const ports = [
    ...(display === 'spice'
      ? port('vdagent', 'com.redhat.spice.0', list('spicevmc', { id: 'vdagent', name: 'vdagent' }))
      : []),
    ...(guestAgent
      ? port(
          'agent',
          'org.qemu.guest_agent.0',
          list('socket', { id: 'agent', path: socketsOf(folder).agent, server: 'on', wait: 'off' }),
        )
      : []),
  ]
  return ports.length > 0 ? ['-device', 'virtio-serial-pci', ...ports] : []
}

function port(id: string, name: string, chardev: string): string[] {
  return ['-chardev', chardev, '-device', list('virtserialport', { chardev: id, name })]
}
