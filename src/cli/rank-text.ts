import type { Machine } from '../machine/index.js'
import { functionSummary } from './documents/common.js'
import type { RankDocument } from './schemas/check.js'
import { table } from './table.js'
import type { Line } from './text.js'
import { shortName } from './words.js'

/** A table, best first. */
export function rankText({ devices }: RankDocument, machine: Machine, columns: number): readonly Line[] {
  const names = new Map(machine.functions.map((f) => [f.address, f]))
  return table(
    [
      { title: 'ADDRESS' },
      { title: 'DEVICE', least: 18 },
      { title: 'VERDICT' },
      { title: 'BECAUSE', least: 20 },
    ],
    devices.map(({ device, verdict, because }) => ({
      cells: [device, shortName(functionSummary(names.get(device)!)), verdict, because.join(', ')],
    })),
    columns,
  )
}
