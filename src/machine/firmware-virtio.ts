/** VIOT: which virtio-iommu covers a function (Linux drivers/acpi/viot.c). */
import type { Viot, ViotNode } from '../acpi/index.js'
import { addressOf } from './address.js'
import type { Asked, FirmwareUnit } from './firmware-iommu.js'
import type { Place } from './place.js'

type Unit = Pick<FirmwareUnit, 'registerBase' | 'device'>

export function unitsOfViot({ nodes }: Viot, places: Iterable<Place>): Asked<FirmwareUnit | null> {
  const listed = new Set(Array.from(places, ({ address }) => address))
  const units = new Map(
    nodes.flatMap((node): [number, Unit][] => {
      if (node.kind === 'virtio-mmio') return [[node.at, { registerBase: node.base, device: null }]]
      if (node.kind !== 'virtio-pci') return []
      // viot_get_pci_iommu_fwnode: one that is not there is none.
      const device = addressOf(node.segment, node.bdf)
      return listed.has(device) ? [[node.at, { registerBase: null, device }]] : []
    }),
  )
  const ranges = nodes
    .filter((node): node is ViotNode & { kind: 'pci-range' } => node.kind === 'pci-range')
    .filter(({ outputNode }) => units.has(outputNode))
    // viot_parse_node puts each before the earlier ones.
    .reverse()
  return ({ address, segment, id }) => {
    const range = ranges.find(
      ({ segmentStart, segmentEnd, bdfStart, bdfEnd }) =>
        segmentStart <= segment && segment <= segmentEnd && bdfStart <= id && id <= bdfEnd,
    )
    const unit = range && units.get(range.outputNode)!
    // viot_dev_iommu_init: it does not translate itself.
    if (range === undefined || unit === undefined || unit.device === address)
      return { value: { found: null, final: false } }
    const isOne = range.bdfStart === range.bdfEnd && range.segmentStart === range.segmentEnd
    const found = {
      kind: 'virtio-iommu' as const,
      segment,
      ...unit,
      because: isOne ? ('named' as const) : ('range' as const),
      named: isOne ? address : null,
      displaysOnly: false,
    }
    return { value: { found, final: isOne } }
  }
}
