import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { diagnoseText, type Finding } from './diagnose.js'

const folder = join(
  process.env.HANDOVER_SHARED ?? join(import.meta.dirname, '../../../shared'),
  'corpus/dmesg',
)
const present = existsSync(folder)
if (!present) console.log(`skipped: there are no boot logs in ${folder}`)

/**
 * What a person sees in those boot logs that has a failure: each of these lines was read. All other logs have none. 015, 019 and 021
 * are reports of exactly those DMA faults; 028 and 038 lose a Thunderbolt dock; 030 has amd_iommu=pt on its command line.
 */
const seen: Readonly<Record<string, readonly string[]>> = {
  '000.txt.gz': ['kvm-off'],
  '001.txt.gz': ['bar-no-space'],
  '015.txt.gz': ['dma-fault'],
  '019.txt.gz': ['dma-fault'],
  '021.txt.gz': ['dma-fault'],
  '023.txt.gz': ['dma-fault'],
  '024.txt.gz': ['kvm-off'],
  '026.txt.gz': ['module-rejected'],
  '028.txt.gz': ['device-inaccessible', 'xhci-dead'],
  '030.txt.gz': ['unknown-iommu-option'],
  '031.txt.gz': ['bar-no-space'],
  '038.txt.gz': ['device-inaccessible', 'interrupt-fault', 'xhci-dead'],
  '041.txt.gz': ['irq-nobody-cared'],
}

describe.skipIf(!present)('boot logs of real machines', () => {
  it.each(present ? readdirSync(folder) : [])('%s', (name) => {
    const { findings } = diagnoseText(gunzipSync(readFileSync(join(folder, name))).toString('utf8'))
    const causes = (all: readonly Finding[]): string[] =>
      all.flatMap(({ cause, consequences }) => [cause, ...causes(consequences)])
    expect([...new Set(causes(findings))].toSorted()).toEqual(seen[name] ?? [])
  })
})
