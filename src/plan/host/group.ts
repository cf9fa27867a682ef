import { type Configuration, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from '../boot/by-hand.js'
import { type About, WishError, type Wished, written } from './wish.js'

const rules = '/etc/udev/rules.d/70-handover-vfio.rules'
const limits = '/etc/security/limits.d/handover.conf'

/**
 * People of a group may open what vfio makes, and lock memory for DMA, without being root.
 * - Nodes: a group's (/dev/vfio/N) is of the class vfio, a device's (/dev/vfio/devices/vfioN) of vfio-dev, /dev/iommu of misc,
 *   all root's own; /dev/vfio/vfio is everybody's (Linux drivers/vfio/group.c, vfio_main.c, container.c, iommufd/main.c).
 * - Memory: pam_limits reads limits.d for logins, and for the services of a desktop too: user@.service has the PAM stack
 *   systemd-user, which has pam_limits (Debian 12 and 13, /usr/lib/pam.d/systemd-user), after the limits of the unit itself
 *   (systemd src/core/exec-invoke.c). libvirt needs neither: it sets both by itself.
 */
export function planGroup(group: string, { host }: About): Wished {
  if (!/^[a-z_][a-z0-9_.-]*$/i.test(group)) throw new WishError(`--group ${group}`, 'that is no group name')
  const hasLimits = ['/etc/security', '/usr/etc/security'].some((path) => host.list(path).kind === 'value')
  return {
    changes: [
      {
        kind: 'configuration',
        id: 'group-rights',
        title: hasLimits
          ? `rights of the group ${group}: /dev/vfio; locked memory, from the next login on`
          : `rights of the group ${group}: /dev/vfio`,
        edits: [
          fileEdit(
            host,
            rules,
            `${written}
SUBSYSTEM=="vfio", GROUP="${group}", MODE="0660"
SUBSYSTEM=="vfio-dev", GROUP="${group}", MODE="0660"
SUBSYSTEM=="misc", KERNEL=="iommu", GROUP="${group}", MODE="0660"
`,
          ),
          ...(hasLimits
            ? [
                fileEdit(
                  host,
                  limits,
                  `${written}
@${group} hard memlock unlimited
@${group} soft memlock unlimited
`,
                ),
              ]
            : []),
        ],
        commands: hasUdev(host) ? telling : [],
      },
    ],
    ...(!hasLimits && {
      byHand: [
        byHand(
          'there is no /etc/security, so no pam_limits',
          `have the people of ${group} allowed to lock the memory of a machine (RLIMIT_MEMLOCK)`,
        ),
      ],
    }),
  }
}

const telling: Configuration['commands'] = [
  { run: ['udevadm', 'control', '--reload'], rewrites: [], tells: true },
  {
    run: ['udevadm', 'trigger', '--subsystem-match=vfio', '--subsystem-match=vfio-dev'],
    rewrites: [],
    tells: true,
  },
  {
    run: ['udevadm', 'trigger', '--subsystem-match=misc', '--sysname-match=iommu'],
    rewrites: [],
    tells: true,
  },
]

/** Whether udev runs: its socket is there. */
function hasUdev(host: Host): boolean {
  const list = host.list('/run/udev')
  return list.kind === 'value' && list.value.includes('control')
}

/** Throws {@link WishError} where there is no such group. Asked of the computer itself: pseudonyms hide people's names. */
export function requireGroup(host: Host, group: string): void {
  const lines = (textAt(host, '/etc/group') ?? '').split('\n')
  if (!lines.some((line) => line.startsWith(`${group}:`)))
    throw new WishError(`--group ${group}`, 'there is no such group in /etc/group; groupadd makes one')
}
