import type { Host } from '../host/index.js'
import type { BusError, Fact } from './machine.js'
import { parseNumber, readOptional } from './read.js'

const severities = ['fatal', 'nonfatal', 'correctable'] as const

/**
 * What the kernel has counted, without what is 0. From `aer_dev_fatal` and the like (Linux drivers/pci/pcie/aer.c,
 * aer_stats_dev_attr), which are there where the function can report errors and the kernel listens; null: they are not.
 */
export function readBusErrors(host: Host, folder: string): Fact<readonly BusError[] | null> {
  const counted: BusError[] = []
  for (const severity of severities) {
    const lines = readOptional(host, `${folder}/aer_dev_${severity}`, parseCounts)
    if ('unknown' in lines || lines.value === null) return lines as Fact<null>
    for (const [name, count] of lines.value) if (count > 0) counted.push({ severity, name, count })
  }
  return { value: counted }
}

/** `BadTLP 3`, one a line; the last, `TOTAL_ERR_COR 3`, is their sum. */
function parseCounts(text: string): readonly (readonly [string, number])[] | undefined {
  const lines = text.split('\n').filter(Boolean)
  const counts = lines.map((line) => {
    const [name = '', count = ''] = line.split(' ')
    return [name, parseNumber(count)] as const
  })
  if (counts.some(([, count]) => count === undefined)) return undefined
  return counts.flatMap(([name, count]) => (name.startsWith('TOTAL_') ? [] : [[name, count!] as const]))
}
