import { handover } from '../lab.js'

/**
 * For the shell in there: where this machine's files are, the program, all that is changed (but the seed that systemd-boot writes
 * anew at every start), which driver has which disk; `undone WORDS` runs what takes a plan back, and compares with /root/before.
 */
export const shellWords = `
export NO_COLOR=1
udevadm settle --timeout=600 # a busy host is slow to load drivers
ho() { /host${handover.replace(' ', ' /host')} "$@"; }
all='etc boot'; [ ! -e /usr/lib/dracut ] || all="$all usr/lib/dracut"
sums() { (cd /; find $all \\( -type f -o -type l \\) -printf '%p %m %u:%g %l\\n'; find $all -type f ! -name random-seed -exec md5sum {} +) | sort; }
undone() { "$@"; echo "undo: $?"; sums >/root/after; diff /root/before /root/after && echo same; }
drivers() { for d in 01 02; do basename "$(readlink /sys/bus/pci/devices/0000:$d:00.0/driver)"; done; }
`
