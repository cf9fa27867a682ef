/**
 * A topology describes the computer that the laboratory makes: its memory, its IOMMU and its PCI tree.
 *
 * ```yaml
 * iommu: intel
 * memory: 2G
 * devices:
 *   - video
 *   - root-port:
 *       devices:
 *         - nvme: { size: 64M }
 * ```
 *
 * An entry is a kind, or a kind with its settings. Every setting that the table below does not know goes to QEMU's device
 * as a property of that name.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { LabInputError } from './errors.js'

/** What a kind is in QEMU's words. `bridge`: other devices go behind it; `conventional`: behind it is PCI, not PCI Express. */
export const kinds: Record<
  string,
  {
    driver: string
    bridge?: 'root-port' | 'switch' | 'conventional' | 'root-bus'
    disk?: true
    network?: true
    about: string
  }
> = {
  video: { driver: 'cirrus-vga', about: 'a video card with VGA and a driver in every kernel' },
  nvme: {
    driver: 'nvme',
    disk: true,
    about: 'an NVMe disk (size, image; sriov_max_vfs: so many virtual functions at most)',
  },
  edu: { driver: 'edu', about: "QEMU's educational device 1234:11e8" },
  network: {
    driver: 'e1000e',
    network: true,
    about: 'an Intel 82574L network card (wire: those with the same word are connected)',
  },
  usb: { driver: 'qemu-xhci', about: 'a USB 3 controller' },
  audio: { driver: 'intel-hda', about: 'an Intel HD Audio controller' },
  'root-port': {
    driver: 'pcie-root-port',
    bridge: 'root-port',
    about: 'a PCI Express root port (acs: false drops its ACS)',
  },
  switch: {
    driver: 'x3130-upstream',
    bridge: 'switch',
    about: 'a PCI Express switch; each device gets a downstream port',
  },
  'pci-bridge': { driver: 'pcie-pci-bridge', bridge: 'conventional', about: 'a PCI Express to PCI bridge' },
  'root-bus': {
    driver: 'pxb-pcie',
    bridge: 'root-bus',
    about: 'a further root bus, as on computers with several processors',
  },
  'dmi-bridge': { driver: 'i82801b11-bridge', bridge: 'conventional', about: "the ICH9's DMI to PCI bridge" },
}

export interface Node {
  readonly kind: string
  readonly properties: Readonly<Record<string, string>>
  /** For a root port without ACS. */
  readonly acs: boolean
  readonly disk?: { readonly sizeBytes: number; readonly image?: string }
  /** For a network card: what it is connected with has the same. */
  readonly wire?: string
  readonly devices: readonly Node[]
  /** For the kind `functions`: the functions of one slot, 0 first. */
  readonly functions?: readonly Node[]
}

export interface Topology {
  readonly iommu: 'intel' | 'amd' | 'virtio' | 'none'
  readonly memoryBytes: number
  readonly cpus: number
  /** Added to the kernel's command line. */
  readonly append: string
  readonly devices: readonly Node[]
}

const size = z
  .union([z.number().int().positive(), z.string().regex(/^\d+[KMGT]?$/, 'expected a size such as 64M or 2G')])
  .transform((text) => {
    const [, count, unit] = /^(\d+)([KMGT]?)$/.exec(String(text))!
    return Number(count) * 1024 ** ' KMGT'.indexOf(unit || ' ')
  })

const scalar = z.union([z.string(), z.number(), z.boolean()])

const settings = z
  .looseObject({
    acs: z.boolean().optional(),
    size: size.optional(),
    image: z.string().optional(),
    wire: z.string().optional(),
    get devices() {
      return z.array(node).optional()
    },
  })
  .nullable()

const node: z.ZodType<Node> = z.lazy(() =>
  z.union([z.string(), z.record(z.string(), z.unknown())]).transform((raw, context): Node => {
    const complain = (message: string): never => {
      context.issues.push({ code: 'custom', message, input: raw })
      return z.NEVER
    }
    const keys = typeof raw === 'string' ? [raw] : Object.keys(raw)
    const kind = keys[0]
    if (!kind || keys.length > 1)
      return complain(`expected one kind of device, found ${keys.join(', ') || 'none'}`)
    const body = typeof raw === 'string' ? null : raw[kind]
    if (kind === 'functions') {
      const parsed = z.array(node).min(1).max(8).safeParse(body)
      if (!parsed.success) return nested(parsed.error)
      return { kind, properties: {}, acs: true, devices: [], functions: parsed.data }
    }
    const known = kinds[kind]
    if (!known)
      return complain(
        `no kind of device is called ${kind}; there are: ${[...Object.keys(kinds), 'functions'].join(', ')}`,
      )
    const parsed = settings.safeParse(body)
    if (!parsed.success) return nested(parsed.error)
    const { acs, size: sizeBytes, image, wire, devices, ...rest } = parsed.data ?? {}
    if (devices && !known.bridge) return complain(`${kind} is not a bridge: no devices go behind it`)
    if (devices && known.bridge === 'root-port' && devices.length > 1) {
      return complain('one slot behind a root port: use functions for a multifunction device, or a switch')
    }
    if (acs !== undefined && known.bridge !== 'root-port')
      return complain(`only a root port has ACS in QEMU, not ${kind}`)
    if ((sizeBytes !== undefined || image !== undefined) && !known.disk)
      return complain(`${kind} is not a disk: it has no size or image`)
    if (wire !== undefined && !known.network) return complain(`${kind} is not a network card: it has no wire`)
    const properties = z.record(z.string(), scalar).safeParse(rest)
    if (!properties.success) return nested(properties.error)
    return {
      kind,
      properties: Object.fromEntries(
        Object.entries(properties.data).map(([name, value]) => [name, onOff(value)]),
      ),
      acs: acs ?? true,
      ...(known.disk
        ? { disk: { sizeBytes: sizeBytes ?? 64 * 1024 ** 2, ...(image ? { image } : {}) } }
        : {}),
      ...(wire === undefined ? {} : { wire }),
      devices: devices ?? [],
    }

    function nested(error: z.ZodError): never {
      for (const issue of error.issues) {
        context.issues.push({
          code: 'custom',
          message: issue.message,
          input: raw,
          path: [kind!, ...issue.path],
        })
      }
      return z.NEVER
    }
  }),
)

const topology = z.strictObject({
  iommu: z.enum(['intel', 'amd', 'virtio', 'none']).default('intel'),
  memory: size.default(2 * 1024 ** 3),
  cpus: z.number().int().min(1).max(64).default(2),
  append: z.string().default(''),
  devices: z.array(node).default([]),
})

/** Reads a topology from YAML text. Throws {@link LabInputError} that names the file, the line, and what was expected. */
export function parseTopology(text: string, file: string): Topology {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const [syntax] = document.errors
  if (syntax)
    throw new LabInputError(
      `${file}:${lines.linePos(syntax.pos[0]).line}: ${syntax.message.replace(/ at line \d+, column \d+:?[\s\S]*$/, '')}`,
    )
  const parsed = topology.safeParse(document.toJS() ?? {})
  if (!parsed.success) {
    const messages = parsed.error.issues.map((issue) => {
      // The deepest part of the path that stands in the file gives the line.
      let path = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])] as (
        | string
        | number
      )[]
      let found = document.getIn(path, true) as { range?: [number, number, number] } | undefined
      while (!found?.range && path.length) {
        path = path.slice(0, -1)
        found = document.getIn(path, true) as typeof found
      }
      const line = found?.range ? lines.linePos(found.range[0]).line : 1
      return `${file}:${line}: ${issue.path.join('.') || 'topology'}: ${issue.message}`
    })
    throw new LabInputError(messages.join('\n'))
  }
  const { memory, ...rest } = parsed.data
  return { ...rest, memoryBytes: memory }
}

/** Reads a topology file. */
export function readTopology(file: string): Topology {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new LabInputError(`cannot read the topology ${file}: ${(error as NodeJS.ErrnoException).code}`)
  }
  return parseTopology(text, file)
}

/** The file of the laboratory's usual computer. */
export const defaultTopologyFile = join(import.meta.dirname, '../../topologies/default.yaml')

function onOff(value: string | number | boolean): string {
  return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value)
}
