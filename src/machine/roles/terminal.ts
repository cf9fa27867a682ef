import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import { knownValue, readTarget } from '../read.js'
import type { RoleFindings } from './search.js'

/**
 * The terminal this program was started from, where that is a serial port or a USB adapter. A pseudo-terminal and a virtual
 * console hang on no device themselves: what carries them has the roles network, keyboard and display.
 */
export function findTerminal(host: Host, findings: RoleFindings): void {
  const path = '/proc/self/fd/0'
  const input = readTarget(host, path)
  if ('unknown' in input) {
    findings.unknown('terminal', input)
    return
  }
  const name = /^\/dev\/(tty\w+)$/.exec(input.value ?? '')?.[1]
  if (name === undefined) return
  const link = `/sys/class/tty/${name}`
  const device = readTarget(host, link)
  if ('unknown' in device) findings.unknown('terminal', device)
  const target = knownValue(device)
  const address = target && functionOfPath(target)
  if (address)
    findings.found('terminal', address, [
      { path, value: input.value! },
      { path: link, value: target },
    ])
  else if (target) findings.elsewhere('terminal', { path: link, value: target })
}
