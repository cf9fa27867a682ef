/** IORT: Arm's SMMUs, and which devices stand behind which. */
import {
  idMappingLayout,
  iortLayout,
  iortNodeLayout,
  itsGroupLayout,
  namedComponentLayout,
  pmcgLayout,
  rmrDescriptorLayout,
  rmrLayout,
  rootComplexLayout,
  smmuGlobalInterruptsLayout,
  smmuInterruptLayout,
  smmuLayout,
  smmuV3Layout,
} from './iort-layouts.js'
import { type Decoded, decode, type Layout } from './layout.js'
import type { AcpiProblem } from './problems.js'
import {
  checkRegion,
  countWithin,
  hasRoom,
  type Item,
  nameWithin,
  type OpenTable,
  openTable,
  type TableHeader,
  walk,
} from './table.js'

/** Devices whose input ids lie in a range leave the node under other ids, towards another node. */
export interface IdMapping extends Decoded<typeof idMappingLayout> {
  readonly at: number
}

interface Placed<K extends string> extends Decoded<typeof iortNodeLayout> {
  readonly kind: K
  readonly at: number
  readonly lengthBytes: number
  readonly mappings: readonly IdMapping[]
}

type SmmuInterrupt = Decoded<typeof smmuInterruptLayout>

export interface RmrDescriptor extends Decoded<typeof rmrDescriptorLayout> {
  readonly at: number
}

export type IortNode =
  | (Placed<'its-group'> & Decoded<typeof itsGroupLayout> & { readonly identifiers: readonly number[] })
  | (Placed<'named-component'> & Decoded<typeof namedComponentLayout> & { readonly name: string })
  | (Placed<'root-complex'> & Decoded<typeof rootComplexLayout>)
  | (Placed<'smmu'> &
      Decoded<typeof smmuLayout> & {
        /** `null`: they do not stand within the node. */
        readonly globalInterrupts: Decoded<typeof smmuGlobalInterruptsLayout> | null
        readonly contextInterrupts: readonly SmmuInterrupt[]
        readonly pmuInterrupts: readonly SmmuInterrupt[]
      })
  | (Placed<'smmu-v3'> & Decoded<typeof smmuV3Layout>)
  | (Placed<'pmcg'> & Decoded<typeof pmcgLayout>)
  | (Placed<'rmr'> & Decoded<typeof rmrLayout> & { readonly regions: readonly RmrDescriptor[] })

/** By type (DEN0049 Node types; ACPI_IORT_NODE_*). */
const nodeTypes: readonly { readonly kind: IortNode['kind']; readonly layout: Layout }[] = [
  { kind: 'its-group', layout: itsGroupLayout },
  { kind: 'named-component', layout: namedComponentLayout },
  { kind: 'root-complex', layout: rootComplexLayout },
  { kind: 'smmu', layout: smmuLayout },
  { kind: 'smmu-v3', layout: smmuV3Layout },
  { kind: 'pmcg', layout: pmcgLayout },
  { kind: 'rmr', layout: rmrLayout },
]

export interface Iort {
  /** `null`: not even that is there. */
  readonly header: TableHeader | null
  readonly fields: Decoded<typeof iortLayout> | null
  readonly nodes: readonly IortNode[]
  readonly problems: readonly AcpiProblem[]
}

/** Decodes an IORT from its bytes, as /sys/firmware/acpi/tables/IORT holds them. Never throws. */
export function decodeIort(bytes: Uint8Array): Iort {
  const table = openTable(bytes, 'IORT')
  const { view, header, end, problems } = table
  const leastBytes = 0x30
  if (end < leastBytes) {
    if (header !== null) problems.push({ kind: 'too-short', at: 0, lengthBytes: end, leastBytes })
    return { header, fields: null, nodes: [], problems }
  }
  const fields = decode(iortLayout, view, 0, end)
  if (fields.nodeOffset < leastBytes || fields.nodeOffset > end) {
    problems.push({
      kind: 'dangling-reference',
      at: iortLayout.rows.nodeOffset.at,
      target: fields.nodeOffset,
    })
    return { header, fields, nodes: [], problems }
  }
  const nodes: IortNode[] = []
  const starts = new Set<number>()
  const head = { type: [0x00, 1], length: [0x01, 2], leastBytes: iortNodeLayout.sizeBytes } as const
  for (const item of walk(table, fields.nodeOffset, end, head)) {
    starts.add(item.at)
    const node = decodeNode(table, item)
    if (node !== undefined) nodes.push(node)
  }
  if (starts.size !== fields.nodeCount) {
    const { at } = iortLayout.rows.nodeCount
    problems.push({ kind: 'wrong-count', at, count: fields.nodeCount, found: starts.size })
  }
  for (const { at, outputReference } of nodes.flatMap(({ mappings }) => mappings))
    if (!starts.has(outputReference))
      problems.push({ kind: 'dangling-reference', at, target: outputReference })
  return { header, fields, nodes, problems }
}

function decodeNode(table: OpenTable, item: Item): IortNode | undefined {
  const { view } = table
  const { at, type, lengthBytes, end } = item
  const known = nodeTypes[type]
  if (known === undefined) {
    table.problems.push({ kind: 'unknown-type', at, what: 'structure', type, lengthBytes })
    return undefined
  }
  const { kind, layout } = known
  if (!hasRoom(table, item, layout.sizeBytes)) return undefined
  const head = decode(iortNodeLayout, view, at, end)
  // Mappings follow the fields, so that a node of an older revision ends where they start.
  const fieldsEnd = head.mappingCount === 0 ? end : Math.min(end, at + head.mappingOffset)
  const node = {
    kind,
    at,
    lengthBytes,
    ...head,
    ...decode(layout, view, at, Math.max(fieldsEnd, at + layout.sizeBytes)),
    mappings: list(table, idMappingLayout, at + head.mappingOffset, head.mappingCount, end),
  } as unknown as IortNode
  return { ...node, ...partsOf(table, node, end) } as IortNode
}

/** What follows a node's fields. */
function partsOf(table: OpenTable, node: IortNode, end: number): object {
  const { view } = table
  const { at } = node
  switch (node.kind) {
    case 'its-group': {
      const start = at + itsGroupLayout.sizeBytes
      const count = countWithin(table, start, node.count, 4, end)
      return { identifiers: Array.from({ length: count }, (_, i) => view.getUint32(start + 4 * i, true)) }
    }
    case 'named-component':
      return { name: nameWithin(table, at + namedComponentLayout.sizeBytes, end) }
    case 'smmu': {
      const global = at + node.globalInterruptOffset
      const { sizeBytes } = smmuGlobalInterruptsLayout
      const hasGlobal = countWithin(table, global, 1, sizeBytes, end) === 1
      return {
        globalInterrupts: hasGlobal ? decode(smmuGlobalInterruptsLayout, view, global, end) : null,
        contextInterrupts: list(
          table,
          smmuInterruptLayout,
          at + node.contextInterruptOffset,
          node.contextInterruptCount,
          end,
        ),
        pmuInterrupts: list(
          table,
          smmuInterruptLayout,
          at + node.pmuInterruptOffset,
          node.pmuInterruptCount,
          end,
        ),
      }
    }
    case 'rmr': {
      const regions = list(table, rmrDescriptorLayout, at + node.regionOffset, node.regionCount, end)
      for (const { at, start, sizeBytes } of regions) checkRegion(table, at, start, start + sizeBytes - 1n)
      return { regions }
    }
    default:
      return {}
  }
}

/** Things of one layout that follow each other. */
function list<L extends Layout>(
  table: OpenTable,
  layout: L,
  start: number,
  count: number,
  end: number,
): (Decoded<L> & { readonly at: number })[] {
  const { sizeBytes } = layout
  return Array.from({ length: countWithin(table, start, count, sizeBytes, end) }, (_, i) => {
    const at = start + i * sizeBytes
    return { at, ...decode(layout, table.view, at, end) } as Decoded<L> & { readonly at: number }
  })
}
