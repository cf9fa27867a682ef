import { cell } from './explain.js'
import type { FunctionSummary } from './schemas/common.js'
import type { Column, Row } from './table.js'
import { kindOf, roleWords, shortName } from './words.js'

/** The columns that every list of functions has. */
export const functionColumns: readonly Column[] = [
  { title: 'ADDRESS' },
  { title: 'KIND' },
  { title: 'DEVICE', least: 14 },
  { title: 'DRIVER', least: 10 },
  { title: 'HOST USES IT AS', least: 17 },
]

/** Cells for {@link functionColumns}. `segments`: show which PCI segment an address lies in. */
export function functionRow(f: FunctionSummary, segments: boolean): Row {
  return {
    cells: [
      segments ? f.address : f.address.replace(/^0000:/, ''),
      kindOf(f.class),
      shortName(f),
      cell(f.driver, (name) => name),
      rolesText(f),
    ],
    style: 'value' in f.bridge && f.bridge.value ? 'dim' : undefined,
  }
}

/** Most computers have one segment, 0000: then it tells nothing. */
export function hasSegments(functions: readonly FunctionSummary[]): boolean {
  return functions.some(({ address }) => !address.startsWith('0000:'))
}

/** `root disk, swap`. That a disk under the root file system has others mounted goes without saying. */
function rolesText({ roles }: FunctionSummary): string {
  const names = roles.map(({ name }) => name)
  return names
    .filter((name) => name !== 'mounted' || !names.includes('root-disk'))
    .map((name) => roleWords[name])
    .join(', ')
}
