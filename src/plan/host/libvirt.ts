import { type Change, fileEdit } from '../../changes/index.js'
import { shellWord } from '../../machine/index.js'
import { topologyPath } from '../boot/topology.js'
import { type About, WishError, type Wished, written } from './wish.js'

/** Those that start QEMU, the newer one first (libvirt docs/daemons.rst). */
const daemons = ['virtqemud.service', 'libvirtd.service'] as const
const hookPath = '/etc/libvirt/hooks/qemu.d/handover-'
const unitFolders = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'] as const

/**
 * Devices that go when libvirt starts a domain and come back when it has ended: a script in the folder of hooks that libvirt
 * reads since 6.5.0, called with the domain's name, `prepare begin` before it looks at the devices, and `release end` after it
 * gave them back (libvirt docs/hooks.rst, src/qemu/qemu_process.c). The daemon looks whether there are hooks when it starts and
 * on SIGHUP (src/util/virhook.c virHookCall). What a hook prints to standard output may count as XML, so it prints none.
 */
export function planLibvirt(domain: string, { host, machine, devices, accept }: About): Wished {
  const option = `--libvirt ${domain}`
  if (!/^[\w.+:@-]+$/.test(domain)) throw new WishError(option, 'that is no name of a domain')
  if (devices.length === 0) throw new WishError(option, 'name each DEVICE that is to come and go with it')
  if (host.list('/etc/libvirt').kind !== 'value')
    throw new WishError(option, 'libvirt is not installed: there is no /etc/libvirt')
  const words = devices.map((f) => topologyPath(machine, f)?.replace(/^pci(.*?)\//, '$1:') ?? f.address)
  const program = [process.execPath, process.argv[1]!].map(shellWord).join(' ')
  const hasSystemd = host.list('/run/systemd/system').kind === 'value'
  const running = daemons.filter(
    (unit) =>
      hasSystemd && unitFolders.some((folder) => host.readBytes(`${folder}/${unit}`, 1).kind === 'value'),
  )
  return {
    changes: [
      {
        kind: 'configuration',
        id: 'libvirt-hook',
        title: `hook of libvirt for the domain ${domain}`,
        edits: [
          fileEdit(
            host,
            `${hookPath}${domain}`,
            `#!/bin/sh
${written}
[ "$1" = ${shellWord(domain)} ] || exit 0
case "$2 $3" in
'prepare begin') exec ${program} bind ${[...words, ...accept.flatMap((role) => ['--accept', role])].join(' ')} >&2 ;;
'release end') exec ${program} unbind ${words.join(' ')} >&2 ;;
esac
`,
            0o755,
          ),
        ],
        commands:
          running.length === 0
            ? []
            : [{ run: ['systemctl', 'try-reload-or-restart', ...running], rewrites: [], tells: true }],
      },
    ],
  }
}

/** The domains whose hooks a change made. */
export function hookedDomains(change: Change): readonly string[] {
  if (change.kind !== 'configuration') return []
  return change.edits.flatMap(({ path }) => (path.startsWith(hookPath) ? path.slice(hookPath.length) : []))
}
