/** VIOT: which devices stand behind a virtio-iommu. */
import { type Decoded, decode, type Layout, layout, number, wide } from './layout.js'
import type { AcpiProblem } from './problems.js'
import { hasRoom, type Item, type OpenTable, openTable, type TableHeader, walk } from './table.js'

export const viotLayout = layout({
  nodeCount: number([0x24, 2], 'ACPI VIOT: Node Count', 'Node count'),
  nodeOffset: number([0x26, 2], 'ACPI VIOT: Node Offset', 'Node offset'),
})

export const viotPciRangeLayout = layout({
  endpointStart: number([0x04, 4], 'ACPI VIOT PCI Range: Endpoint Start', 'Endpoint start'),
  segmentStart: number([0x08, 2], 'ACPI VIOT PCI Range: PCI Segment Start', 'PCI Segment start'),
  segmentEnd: number([0x0a, 2], 'ACPI VIOT PCI Range: PCI Segment End', 'PCI Segment end'),
  /** Bus, device and function in 16 bits. */
  bdfStart: number([0x0c, 2], 'ACPI VIOT PCI Range: PCI BDF Start', 'PCI BDF start'),
  bdfEnd: number([0x0e, 2], 'ACPI VIOT PCI Range: PCI BDF End', 'PCI BDF end'),
  /** Where in the table the node of its IOMMU starts. */
  outputNode: number([0x10, 2], 'ACPI VIOT PCI Range: Output Node', 'Output node'),
})

export const viotMmioLayout = layout({
  endpoint: number([0x04, 4], 'ACPI VIOT MMIO Endpoint: Endpoint ID', 'Endpoint'),
  base: wide(0x08, 'ACPI VIOT MMIO Endpoint: Base Address', 'Base address'),
  outputNode: number([0x10, 2], 'ACPI VIOT MMIO Endpoint: Output Node', 'Output node'),
})

export const viotVirtioPciLayout = layout({
  segment: number([0x04, 2], 'ACPI VIOT virtio-iommu based on virtio-pci: PCI Segment', 'PCI Segment'),
  bdf: number([0x06, 2], 'ACPI VIOT virtio-iommu based on virtio-pci: PCI BDF number', 'PCI BDF number'),
})

export const viotVirtioMmioLayout = layout({
  base: wide(0x08, 'ACPI VIOT virtio-iommu based on virtio-mmio: Base Address', 'Base address'),
})

interface Placed<K extends string> {
  readonly kind: K
  readonly at: number
  readonly lengthBytes: number
}

export type ViotNode =
  | (Placed<'pci-range'> & Decoded<typeof viotPciRangeLayout>)
  | (Placed<'mmio-endpoint'> & Decoded<typeof viotMmioLayout>)
  | (Placed<'virtio-pci'> & Decoded<typeof viotVirtioPciLayout>)
  | (Placed<'virtio-mmio'> & Decoded<typeof viotVirtioMmioLayout>)

/** By type (ACPI VIOT: Node Types; ACPI_VIOT_NODE_*). */
const nodeTypes: ReadonlyMap<number, { readonly kind: ViotNode['kind']; readonly layout: Layout }> = new Map([
  [1, { kind: 'pci-range', layout: viotPciRangeLayout }],
  [2, { kind: 'mmio-endpoint', layout: viotMmioLayout }],
  [3, { kind: 'virtio-pci', layout: viotVirtioPciLayout }],
  [4, { kind: 'virtio-mmio', layout: viotVirtioMmioLayout }],
])

export interface Viot {
  /** `null`: not even that is there. */
  readonly header: TableHeader | null
  readonly fields: Decoded<typeof viotLayout> | null
  readonly nodes: readonly ViotNode[]
  readonly problems: readonly AcpiProblem[]
}

/** Decodes a VIOT from its bytes, as /sys/firmware/acpi/tables/VIOT holds them. Never throws. */
export function decodeViot(bytes: Uint8Array): Viot {
  const table = openTable(bytes, 'VIOT')
  const { view, header, end, problems } = table
  const leastBytes = 0x30
  if (end < leastBytes) {
    if (header !== null) problems.push({ kind: 'too-short', at: 0, lengthBytes: end, leastBytes })
    return { header, fields: null, nodes: [], problems }
  }
  const fields = decode(viotLayout, view, 0, end)
  if (fields.nodeOffset < leastBytes || fields.nodeOffset > end) {
    problems.push({
      kind: 'dangling-reference',
      at: viotLayout.rows.nodeOffset.at,
      target: fields.nodeOffset,
    })
    return { header, fields, nodes: [], problems }
  }
  const nodes: ViotNode[] = []
  const starts = new Set<number>()
  const head = { type: [0x00, 1], length: [0x02, 2], leastBytes: 4 } as const
  for (const item of walk(table, fields.nodeOffset, end, head)) {
    starts.add(item.at)
    const node = decodeNode(table, item)
    if (node !== undefined) nodes.push(node)
  }
  if (starts.size !== fields.nodeCount) {
    const { at } = viotLayout.rows.nodeCount
    problems.push({ kind: 'wrong-count', at, count: fields.nodeCount, found: starts.size })
  }
  for (const node of nodes)
    if ('outputNode' in node && !starts.has(node.outputNode))
      problems.push({ kind: 'dangling-reference', at: node.at, target: node.outputNode })
  return { header, fields, nodes, problems }
}

function decodeNode(table: OpenTable, item: Item): ViotNode | undefined {
  const { at, type, lengthBytes, end } = item
  const known = nodeTypes.get(type)
  if (known === undefined) {
    table.problems.push({ kind: 'unknown-type', at, what: 'structure', type, lengthBytes })
    return undefined
  }
  if (!hasRoom(table, item, known.layout.sizeBytes)) return undefined
  return { kind: known.kind, at, lengthBytes, ...decode(known.layout, table.view, at, end) } as ViotNode
}
