import type { Fact, Machine, RoleName, RoleSearch } from '../machine/index.js'
import type { IommuSummary } from './schemas/common.js'

/** What stood in the way of knowing, in words. The path is said with it where it tells more. */
export function whyUnknown({ unknown, path }: { readonly unknown: string; readonly path: string }): string {
  switch (unknown) {
    case 'denied':
      return `only root may read ${path}`
    case 'unrecorded':
      return 'not in this recording or text'
    case 'absent':
      return `there is no ${path}`
    default:
      return /^E[A-Z0-9]+$/.test(unknown) ? `reading ${path} gave ${unknown}` : `${unknown} (${path})`
  }
}

/** Why the kernel made no IOMMU groups, as far as that can be told from here. A sentence each. */
export function whyNoGroups({ units, firmwareTables, commandLine }: IommuSummary): readonly string[] {
  const sentences = ['The kernel made no IOMMU groups here, so no device can be handed over safely.']
  if ('unknown' in units) sentences.push(`Whether an IOMMU is on is not known: ${whyUnknown(units)}.`)
  else if (units.value.length > 0) sentences.push(`Yet an IOMMU is on: ${units.value.join(', ')}.`)
  else sentences.push('No IOMMU is on.')
  if ('value' in units && units.value.length === 0) {
    const off = 'value' in commandLine ? commandLine.value.filter((word) => /=(.*,)?off(,|$)/.test(word)) : []
    if (off.length > 0) sentences.push(`The kernel's command line switches it off: ${off.join(' ')}.`)
    else if ('unknown' in firmwareTables)
      sentences.push(`Whether the firmware describes one is not known: ${whyUnknown(firmwareTables)}.`)
    else if (firmwareTables.value.length === 0)
      sentences.push(
        'The firmware describes none (no DMAR, IVRS, IORT or VIOT table): look for VT-d or AMD-Vi in its setup; a virtual machine may have none.',
      )
    else
      sentences.push(
        `The firmware describes one (${firmwareTables.value.join(', ')}) that the kernel does not use${
          firmwareTables.value.includes('DMAR') ? ': try intel_iommu=on on its command line' : ''
        }.`,
      )
  }
  return sentences
}

const roleSentences: Readonly<Record<RoleName, string>> = {
  'root-disk': 'what the root file system stands on',
  swap: 'what swap stands on',
  mounted: 'what every mounted file system stands on',
  network: 'what carries the network',
  keyboard: 'what every keyboard hangs on',
  display: 'what lights the displays',
  'boot-vga': "which is the firmware's video card",
  terminal: 'what carries this terminal',
}

/** What could not be found out about roles. Empty where all is known. */
export function unknownRoles(
  roles: Machine['roles'] | Readonly<Record<RoleName, RoleSearch>>,
): readonly string[] {
  const open = (Object.entries(roles) as [RoleName, RoleSearch][]).filter(
    ([, { unknown }]) => unknown.length > 0,
  )
  if (open.length === 0) return []
  if (open.every(([, search]) => search.unknown.every(({ unknown }) => unknown === 'unrecorded')))
    // A computer without a VGA card has no boot VGA, which is then known.
    return open.length >= Object.keys(roles).length - 1
      ? ['This recording or text does not tell what the host uses its devices for.']
      : [`This recording or text does not tell ${open.map(([role]) => roleSentences[role]).join(', ')}.`]
  return open.map(([role, { unknown }]) => {
    const reasons = new Set(unknown.map(whyUnknown))
    return `Not known: ${roleSentences[role]}: ${[...reasons].join('; ')}.`
  })
}

/** For a table: the value, or `?` where it is not known and `-` where there is none. */
export function cell<T>(fact: Fact<T | null>, show: (value: T) => string): string {
  if ('unknown' in fact) return '?'
  return fact.value === null ? '-' : show(fact.value)
}
