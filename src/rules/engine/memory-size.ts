import { memoryPath, roughSizeText } from '../../machine/index.js'
import { need, note, passes, seen } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const gibibyte = 1024n ** 3n

/** Windows 11 asks for 4 GiB, and the host wants some. */
const enough = 6n * gibibyte

export const memorySize: ComputerRule = {
  id: 'memory-size',
  title: 'Is there memory for a machine beside the host?',
  about: 'computer',
  looksAt: [memoryPath],
  why: 'The memory of a machine with a device is pinned while it runs: none of it is lent to the host, shared or swapped out. Windows 11 asks for 4 GiB.',
  fix: 'Give the machine little, and leave at least 1 GiB to the host.',
  sources: [
    'Linux drivers/vfio/vfio_iommu_type1.c vfio_pin_map_dma',
    'Microsoft, Windows 11 specifications: memory 4 GB',
  ],
  atWorst: 'note',
  check({ system }) {
    const bytes = need(system.memoryBytes)
    const evidence = seen(memoryPath, `MemTotal ${bytes / 1024n} kB`)
    if (bytes >= enough) return passes(`this computer has ${roughSizeText(bytes)} of memory`, evidence)
    return note(
      `this computer has ${roughSizeText(bytes)} of memory in all, and what a machine gets of it is lost to the host while it runs`,
      evidence,
    )
  },
}
