import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readOptional, readTarget } from '../read.js'

export const sleepStatesPath = '/sys/power/state'
export const sleepTargets: readonly string[] = ['sleep', 'suspend'].map(
  (name) => `/etc/systemd/system/${name}.target`,
)

/**
 * How the computer can be put to sleep: `freeze`, `standby`, `mem`, `disk` (Linux kernel/power/main.c state_show; the file is
 * empty where it cannot); null: a kernel without.
 */
export function readSleepStates(host: Host): Fact<readonly string[] | null> {
  return readOptional(host, sleepStatesPath, (text) => text.split(/\s+/).filter((word) => word !== ''))
}

/** The target of systemd that is masked, without which it puts no computer to sleep (systemctl(1) mask); null: none is. */
export function readMaskedSleep(host: Host): Fact<string | null> {
  for (const path of sleepTargets) {
    const target = readTarget(host, path)
    if ('unknown' in target) return target
    if (target.value === '/dev/null') return { value: path }
  }
  return { value: null }
}
