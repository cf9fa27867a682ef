/** IORT: which SMMU covers a function (Linux drivers/acpi/arm64/iort.c). */
import type { IdMapping, Iort, IortNode } from '../acpi/index.js'
import { acpiTablesFolder } from './acpi.js'
import type { Asked, FirmwareUnit, ReservedRegion } from './firmware-iommu.js'

export function unitsOfIort({ nodes }: Iort): Asked<FirmwareUnit | null> {
  const at = new Map(nodes.map((node) => [node.at, node]))
  return ({ segment, id }) => {
    // iort_match_node_callback: a segment has one root complex.
    const root = nodes.find((node) => node.kind === 'root-complex' && node.segment === segment)
    let node: IortNode | undefined = root
    let ids = id
    // Towards the unit, node by node (iort_node_map_id); as many steps as there are nodes, should they lead in circles.
    for (let steps = 0; node !== undefined && steps <= nodes.length; steps++) {
      if (node.kind === 'smmu' || node.kind === 'smmu-v3') {
        const found = {
          kind: node.kind === 'smmu' ? ('SMMU' as const) : ('SMMUv3' as const),
          segment,
          registerBase: node.registerBase,
          device: null,
          because: 'range' as const,
          named: null,
          displaysOnly: false,
        }
        return { value: { found, final: true } }
      }
      const mapping = mappingOf(node, ids)
      if (mapping === undefined) break
      ids = mapping.isSingle ? mapping.outputBase : mapping.outputBase + (ids - mapping.inputBase)
      node = at.get(mapping.outputReference)
    }
    return { value: { found: null, final: false } }
  }
}

/** The mapping that takes an id (iort_id_map). */
function mappingOf({ kind, mappings }: IortNode, id: number): IdMapping | undefined {
  let last: IdMapping | undefined
  for (const mapping of mappings) {
    const { isSingle, inputBase, count } = mapping
    if (isSingle) {
      if (kind === 'named-component' || kind === 'root-complex') return mapping
      continue
    }
    if (id < inputBase || id >= inputBase + count) continue
    // Firmware that gives the count one too high: where one range ends with the id that another starts with, the other has it.
    if (last !== undefined && id !== inputBase) continue
    if (count === 1 || id !== inputBase + count - 1) return mapping
    last = mapping
  }
  return last
}

/** Of reserved memory (RMR) the table does not say all: Linux heeds it only where the host bridge's _DSM keeps the firmware's bus numbers. */
export function reservedByIort({ nodes }: Iort): Asked<readonly ReservedRegion[]> {
  return () =>
    nodes.some(({ kind }) => kind === 'rmr')
      ? {
          unknown: 'whether Linux heeds the RMR nodes in it does not stand in it',
          path: `${acpiTablesFolder}/IORT`,
        }
      : { value: { found: [], final: false } }
}
