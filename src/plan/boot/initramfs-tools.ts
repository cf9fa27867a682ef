import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type EarlyFunction, takeScript } from './early.js'
import { names } from './kernel-install.js'
import { earlyBinding, type InitramfsMaker } from './maker.js'

const update = '/usr/sbin/update-initramfs'
const script = '/etc/initramfs-tools/scripts/init-top/handover'
const hook = '/etc/initramfs-tools/hooks/handover'

/** initramfs-tools: init-top scripts run before anything is loaded, and before udev starts. It copies all of /etc/modprobe.d. */
export const initramfsTools: InitramfsMaker = {
  id: 'initramfs-tools',
  name: 'initramfs-tools',
  source:
    'initramfs-tools 0.142, 0.148 and 0.151: initramfs-tools(7), update-initramfs get_sorted_versions, mkinitramfs',
  installed: (host) => (hasInitramfsTools(host) && images(host).length > 0 ? update : undefined),
  plan: (host, functions) =>
    change(host, 'initramfs-tools', [fileEdit(host, script, scriptText(functions), 0o755)]),
  planById: (host, modprobe) => change(host, 'initramfs-tools, by id', [modprobe]),
}

/** dracut 112 as in Debian has an update-initramfs of its own, and cannot be installed together with this one. */
export function hasInitramfsTools(host: Host): boolean {
  return textAt(host, update)?.includes('dracut') === false
}

function change(host: Host, how: string, edits: readonly FileEdit[]) {
  return earlyBinding(
    how,
    [fileEdit(host, hook, hookText, 0o755), ...edits],
    [
      {
        run: ['update-initramfs', '-u', '-k', 'all'],
        rewrites: images(host),
        family: { folder: '/boot', names: image.source },
      },
    ],
  )
}

const image = /^initrd\.img-\d.*(?<!\.(bak|dpkg-bak|new|old))$/

/** What `update-initramfs -u -k all` makes anew: the images of all kernels. */
function images(host: Host): readonly string[] {
  return names(host, '/boot')
    .filter((name) => image.test(name))
    .map((name) => `/boot/${name}`)
}

const hookText = `#!/bin/sh
# Written by handover; "handover undo" takes it away. Puts vfio-pci into the initramfs.
case "$1" in prereqs) exit 0 ;; esac
. /usr/share/initramfs-tools/hook-functions
manual_add_modules vfio-pci
`

function scriptText(functions: readonly EarlyFunction[]): string {
  return `#!/bin/sh
case "$1" in prereqs) exit 0 ;; esac
${takeScript(functions)}exit 0
`
}
