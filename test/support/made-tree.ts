import { type Machine, type PciFunction, System, type Unknown } from '../../src/machine/index.js'
import { ConfigSpace, decodeFunction, type FunctionConfig } from '../../src/pci/index.js'
import { madeHost } from './made-host.js'

/** Codes of the PCI Express Capabilities register, bits 7:4 (PCI Express 6.0, 7.5.3.2). */
export const expressTypes = {
  endpoint: 0,
  legacyEndpoint: 1,
  rootPort: 4,
  upstreamPort: 5,
  downstreamPort: 6,
  expressToPci: 7,
  pciToExpress: 8,
  integratedEndpoint: 9,
  eventCollector: 10,
} as const

/** One function of a made machine, as its configuration space says it. */
export interface MadeNode {
  readonly address: string
  /** The bridge above; on a root bus where absent. */
  readonly parent?: string
  /** `unknown`: not told. */
  readonly ids?: readonly [vendor: number, device: number] | 'unknown'
  readonly subsystem?: readonly [number, number]
  /** 24 bits. A bridge's where absent and something is behind it. */
  readonly class?: number
  /** Absent: conventional PCI. */
  readonly express?: keyof typeof expressTypes
  readonly multifunction?: boolean
  /** Capability and control register. */
  readonly acs?: readonly [capability: number, control: number] | undefined
  readonly physicalFunction?: string
  readonly controller?: string
  /** `unknown`: where it stands is not told; it has no `parent` then. */
  readonly place?: 'unknown'
  /** `denied`: only 64 bytes are known, as without privilege. `no control`: all but the ACS control register. `no bus`: all but the bus behind it. */
  readonly config?: 'denied' | 'no control' | 'no bus'
  readonly group?: number
}

const notTold = (path: string): Unknown => ({ unknown: 'unrecorded', path })

/** A machine with these functions. `iommuTables`: DMAR where absent. */
export function madeTree(
  nodes: readonly MadeNode[],
  facts: Partial<Pick<Machine, 'kernel' | 'commandLine' | 'iommuTables' | 'iommus' | 'acpi'>> = {},
): Machine {
  const bridges = new Map<string, number>()
  for (const { parent, address } of nodes)
    if (parent !== undefined) bridges.set(parent, Number.parseInt(address.slice(-7, -5), 16))
  const untold = notTold('/sys/firmware/acpi/tables')
  const nobody = { functions: [], elsewhere: [], unknown: [] }
  return {
    source: { kind: 'recording', name: 'a made machine' },
    kernel: { value: '7.3.4' },
    commandLine: { value: '' },
    iommus: { value: [] },
    iommuTables: { value: ['DMAR'] },
    acpi: { dmar: untold, ivrs: untold, iort: untold, viot: untold },
    system: new System(madeHost({})),
    ...facts,
    bus: { value: 'present' },
    roles: {
      'root-disk': nobody,
      swap: nobody,
      mounted: nobody,
      network: nobody,
      keyboard: nobody,
      display: nobody,
      'boot-vga': nobody,
      terminal: nobody,
    },
    functions: nodes.map((node) => madePciFunction(node, bridges.get(node.address))),
  }
}

function madePciFunction(node: MadeNode, behind: number | undefined): PciFunction {
  const path = `/sys/bus/pci/devices/${node.address}`
  const isBridge =
    behind !== undefined ||
    (node.class ?? 0) >> 8 === 0x0604 ||
    ['rootPort', 'upstreamPort', 'downstreamPort', 'expressToPci', 'pciToExpress'].includes(
      node.express ?? '',
    )
  const [vendor, device] = node.ids === 'unknown' ? [] : (node.ids ?? [0x1234, 0x5678])
  const [subsystemVendor, subsystemDevice] = node.subsystem ?? [null, null]
  let config: FunctionConfig | undefined
  const id = (value: number | undefined) => (value === undefined ? notTold(`${path}/vendor`) : { value })
  return {
    address: node.address,
    parent: node.place === 'unknown' ? notTold(path) : { value: node.parent ?? null },
    controller: { value: node.controller ?? null },
    vendor: id(vendor),
    device: id(device),
    subsystemVendor: { value: subsystemVendor },
    subsystemDevice: { value: subsystemDevice },
    class: { value: node.class ?? (isBridge ? 0x060400 : 0x020000) },
    revision: { value: 0 },
    names: {},
    driver: { value: null },
    driverOverride: { value: null },
    group: { value: node.group ?? null },
    isBridge: { value: isBridge },
    get config() {
      config ??= decodeFunction(madeConfigSpace(node, isBridge, behind ?? 0))
      return { value: config }
    },
    resources: { value: [] },
    irq: { value: null },
    messageIrqs: { value: null },
    resetMethods: { value: null },
    powerState: { value: 'D0' },
    d3coldAllowed: { value: null },
    numaNode: { value: null },
    enabled: { value: true },
    link: { value: null },
    busErrors: { value: null },
    sriov: { value: null },
    physicalFunction: { value: node.physicalFunction ?? null },
    bootVga: { value: null },
    holds: [],
    roles: [],
  }
}

function madeConfigSpace(node: MadeNode, isBridge: boolean, secondary: number): ConfigSpace {
  const bytes = new Uint8Array(4096)
  const view = new DataView(bytes.buffer)
  const known = new Uint8Array(4096).fill(0xff)
  bytes[0x0e] = (isBridge ? 1 : 0) | (node.multifunction ? 0x80 : 0)
  if (isBridge) bytes[0x19] = secondary
  if (node.express !== undefined) {
    view.setUint16(0x06, 0x10, true)
    bytes[0x34] = 0x40
    bytes[0x40] = 0x10
    view.setUint16(0x42, (expressTypes[node.express] << 4) | 2, true)
  }
  if (node.acs) {
    view.setUint32(0x100, 0x0001_000d, true)
    view.setUint16(0x104, node.acs[0], true)
    view.setUint16(0x106, node.acs[1], true)
  }
  if (node.config === 'denied') return new ConfigSpace(bytes.slice(0, 64))
  if (node.config === 'no control') known.fill(0, 0x106, 0x108)
  if (node.config === 'no bus') known.fill(0, 0x18, 0x1b)
  return new ConfigSpace(bytes, known)
}
