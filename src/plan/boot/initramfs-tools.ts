import { type FileEdit, missingFolders, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type EarlyFunction, takeScript } from './early.js'
import type { InitramfsMaker } from './initramfs.js'

const script = '/etc/initramfs-tools/scripts/init-top/handover'
const hook = '/etc/initramfs-tools/hooks/handover'

/** initramfs-tools: init-top scripts run before anything is loaded, and before udev starts. */
export const initramfsTools: InitramfsMaker = {
  id: 'initramfs-tools',
  name: 'initramfs-tools',
  source: 'initramfs-tools 0.142 and 0.148: initramfs-tools(7), update-initramfs get_sorted_versions',
  installed: (host) =>
    textAt(host, '/usr/sbin/update-initramfs') !== null && images(host).length > 0
      ? '/usr/sbin/update-initramfs'
      : undefined,
  plan(host, functions) {
    const edit = (path: string, after: string): FileEdit => ({
      path,
      before: textAt(host, path),
      after,
      mode: 0o755,
      folders: missingFolders(host, path),
    })
    return {
      kind: 'configuration',
      id: 'early-binding',
      title: 'binding to vfio-pci at boot (initramfs-tools)',
      edits: [edit(hook, hookText), edit(script, scriptText(functions))],
      commands: [
        {
          run: ['update-initramfs', '-u', '-k', 'all'],
          rewrites: images(host),
          family: { folder: '/boot', names: image.source },
        },
      ],
    }
  },
}

const image = /^initrd\.img-\d.*(?<!\.(bak|dpkg-bak|new|old))$/

/** What `update-initramfs -u -k all` makes anew: the images of all kernels. */
function images(host: Host): readonly string[] {
  const list = host.list('/boot')
  return (list.kind === 'value' ? list.value : [])
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
