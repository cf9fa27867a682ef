import type { Host } from '../../host/index.js'
import { type PciFunction, roleNames } from '../machine.js'
import { findDisks } from './disks.js'
import { findDisplays } from './display.js'
import { findKeyboards } from './keyboard.js'
import { findNetwork } from './network.js'
import { RoleFindings } from './search.js'
import { findTerminal } from './terminal.js'

/** Looks through the whole host for what its PCI functions are to it. */
export function findRoles(
  host: Host,
  functions: readonly Pick<PciFunction, 'address' | 'bootVga' | 'class'>[],
): RoleFindings {
  const findings = new RoleFindings()
  const sysfs = host.list('/sys/class')
  if (sysfs.kind === 'absent')
    for (const role of roleNames)
      findings.unknown(role, { unknown: 'sysfs is not mounted here', path: '/sys/class' })
  findDisks(host, findings)
  findNetwork(host, findings)
  findKeyboards(host, findings)
  findDisplays(host, functions, findings)
  findTerminal(host, findings)
  return findings
}
