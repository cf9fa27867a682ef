import { type Configuration, type FileEdit, missingFolders, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'

/** A function to be taken early: where it stands, and its ids, so that no other card that came to stand there is taken. */
export interface EarlyFunction {
  /** `pci0000:00/01.0/00.0` */
  readonly path: string
  readonly vendor: number
  readonly device: number
}

const script = '/etc/initramfs-tools/scripts/init-top/handover'
const hook = '/etc/initramfs-tools/hooks/handover'

/**
 * Has functions bound to vfio-pci in the initramfs, before udev starts and so before any module of their drivers comes
 * (initramfs-tools(7): init-top runs before anything is loaded). Undefined: no initramfs-tools here, or no image of theirs.
 */
export function planInitramfsTools(
  host: Host,
  functions: readonly EarlyFunction[],
): Configuration | undefined {
  if (textAt(host, '/usr/sbin/update-initramfs') === null) return undefined
  const rewrites = images(host)
  if (rewrites.length === 0) return undefined
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
    commands: [{ run: ['update-initramfs', '-u', '-k', 'all'], rewrites }],
  }
}

/** What `update-initramfs -u -k all` makes anew: the images in /boot of all kernels (initramfs-tools 0.142, get_sorted_versions). */
function images(host: Host): readonly string[] {
  const list = host.list('/boot')
  return (list.kind === 'value' ? list.value : [])
    .filter((name) => /^initrd\.img-\d/.test(name) && !/\.(bak|dpkg-bak|new|old)$/.test(name))
    .map((name) => `/boot/${name}`)
}

const hookText = `#!/bin/sh
# Written by handover; "handover undo" takes it away. Puts vfio-pci into the initramfs.
case "$1" in prereqs) exit 0 ;; esac
. /usr/share/initramfs-tools/hook-functions
manual_add_modules vfio-pci
`

/** A path from the root bus is followed by device and function: bus numbers may have changed. */
function scriptText(functions: readonly EarlyFunction[]): string {
  const hex = (id: number) => `0x${id.toString(16).padStart(4, '0')}`
  const rows = functions.map(({ path, vendor, device }) => `take ${path} ${hex(vendor)} ${hex(device)}`)
  return `#!/bin/sh
# Written by handover; "handover undo" takes it away. Gives devices to vfio-pci before any other driver sees them.
# Not in recovery mode, and not with handover=off on the kernel's command line.
case "$1" in prereqs) exit 0 ;; esac
for word in $(cat /proc/cmdline); do
  case "$word" in handover=off | single | recovery | rescue | emergency) exit 0 ;; esac
done

# take PATH VENDOR DEVICE: only if the device that stands there is still that one.
take() {
  at=/sys/devices/\${1%%/*}
  hops=\${1#*/}
  while [ -n "$hops" ]; do
    hop=\${hops%%/*}
    case "$hops" in */*) hops=\${hops#*/} ;; *) hops= ;; esac
    next=
    for found in "$at"/*:"$hop"; do [ -e "$found/vendor" ] && next=$found; done
    [ -n "$next" ] || { echo "handover: nothing stands at $1" >/dev/kmsg; return; }
    at=$next
  done
  if [ "$(cat "$at/vendor") $(cat "$at/device")" != "$2 $3" ]; then
    echo "handover: another device stands at $1, and was left alone" >/dev/kmsg
    return
  fi
  address=\${at##*/}
  echo vfio-pci >"$at/driver_override"
  [ ! -e "$at/driver" ] || echo "$address" >"$at/driver/unbind"
  taken="$taken $address"
}

taken=
${rows.join('\n')}
[ -n "$taken" ] || exit 0
modprobe vfio-pci
for address in $taken; do
  [ -e "/sys/bus/pci/devices/$address/driver" ] || echo "$address" >/sys/bus/pci/drivers_probe
done
exit 0
`
}
