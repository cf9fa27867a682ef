/** A function to be taken early: where it stands, and its ids, so that no other card that came to stand there is taken. */
export interface EarlyFunction {
  /** `pci0000:00/01.0/00.0` */
  readonly path: string
  readonly vendor: number
  readonly device: number
}

/** Words on the kernel's command line with which the script does nothing: what recovery entries of boot menus have, and one's own. */
export const offWords = ['handover=off', 'single', 'recovery', 'rescue', 'emergency'] as const

/**
 * Lines of shell that give functions to vfio-pci, for wherever an initramfs runs scripts before it loads drivers. A path from
 * the root bus is followed by device and function: bus numbers may have changed. Runs in a POSIX shell with cat(1) and
 * modprobe(8), /proc and /sys mounted. Nothing in it ends the shell, so it can also be read by one.
 */
export function takeScript(functions: readonly EarlyFunction[]): string {
  const hex = (id: number) => `0x${id.toString(16).padStart(4, '0')}`
  const rows = functions.map(({ path, vendor, device }) => `  take ${path} ${hex(vendor)} ${hex(device)}`)
  return `# Written by handover; "handover undo" takes it away. Gives devices to vfio-pci before any other driver sees them.
# Not in recovery mode, and not with handover=off on the kernel's command line.

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
wanted=yes
for word in $(cat /proc/cmdline); do
  case "$word" in ${offWords.join(' | ')}) wanted=no ;; esac
done
if [ "$wanted" = yes ]; then
${rows.join('\n')}
fi
if [ -n "$taken" ]; then
  modprobe vfio-pci
  for address in $taken; do
    [ -e "/sys/bus/pci/devices/$address/driver" ] || echo "$address" >/sys/bus/pci/drivers_probe
  done
fi
`
}

/** The functions that a script of {@link takeScript} takes. */
export function takenBy(script: string): readonly EarlyFunction[] {
  return [...script.matchAll(/^ *take (pci\S+) (0x[0-9a-f]{4}) (0x[0-9a-f]{4})$/gm)].map(
    ([, path, vendor, device]) => ({ path: path!, vendor: Number(vendor), device: Number(device) }),
  )
}
