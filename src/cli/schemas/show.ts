import * as z from 'zod'
import { address, fact, functionAddress, functionSummary, hex, roleName, sizeBytes } from './common.js'

/** A decoded register, field or value; null: its bits are not known, or the function lacks the register. */
export type FieldTree =
  | null
  | boolean
  | number
  | string
  | readonly FieldTree[]
  | { readonly [name: string]: FieldTree }
const fieldTree: z.ZodType<FieldTree> = z.lazy(() =>
  z.union([
    z.null(),
    z.boolean(),
    z.number(),
    z.string(),
    z.array(fieldTree),
    z.record(z.string(), fieldTree),
  ]),
)

const region = z.strictObject({
  index: z.int().min(0).max(5),
  kind: z.enum(['memory', 'io']).nullable(),
  address: address.nullable().describe('null: not told, or none was given to it'),
  sizeBytes: sizeBytes.nullable(),
  is64Bit: z.boolean().nullable(),
  prefetchable: z.boolean().nullable(),
})
export type Region = z.infer<typeof region>

const window = z.strictObject({
  kind: z.enum(['io', 'memory', 'prefetchable', 'cardbus']),
  address,
  sizeBytes,
})

const problem = z.looseObject({ kind: z.string(), at: z.int().nonnegative() })

/** What `handover show --json` prints. */
export const showSchema = z.strictObject({
  schema: z.literal('handover.show/1'),
  function: functionSummary,
  groupMembers: fact(z.array(functionAddress)).describe('the other functions of its IOMMU group'),
  rolesUnknown: z
    .array(z.strictObject({ role: roleName, unknown: z.string(), path: z.string() }))
    .describe('roles that it may have, since who has them could not be followed'),
  firmwareIommu: z
    .strictObject({
      unit: fact(
        z
          .strictObject({
            kind: z
              .enum(['DRHD', 'IVHD', 'SMMU', 'SMMUv3', 'virtio-iommu'])
              .describe('of the DMAR of Intel, the IVRS of AMD, the IORT of Arm (two), a VIOT'),
            segment: z.int().nonnegative(),
            registerBase: address
              .nullable()
              .describe('null: the unit is a PCI function, with its registers behind a BAR'),
            device: functionAddress.nullable().describe('the PCI function that the unit is; null: none'),
            because: z
              .enum(['named', 'below', 'rest', 'range'])
              .describe(
                'the table names it, or a bridge above it, or leaves it over, or gives a range of ids',
              ),
            named: functionAddress.nullable().describe('the function that the table names'),
            displaysOnly: z
              .boolean()
              .describe('all that the table names for it are displays: intel_iommu=igfx_off leaves it out'),
          })
          .nullable(),
      ).describe('the IOMMU in charge of it; null: none'),
      reservedRegions: fact(
        z.array(
          z.strictObject({
            kind: z.enum(['RMRR', 'IVMD']),
            start: address,
            end: address.describe('inside the region'),
            named: functionAddress
              .nullable()
              .describe('the function that the table names; null: all, or a range'),
            relaxable: z.boolean().describe('Linux does not insist on it for this class of device'),
          }),
        ),
      ).describe('memory that it must reach at its own addresses'),
    })
    .describe("what the firmware's ACPI tables say of it, whether the kernel has the IOMMU on or not"),
  subsystemVendor: fact(hex(4).nullable()),
  subsystemDevice: fact(hex(4).nullable()),
  revision: fact(hex(2)),
  driverOverride: fact(z.string().nullable()),
  enabled: fact(z.boolean()),
  powerState: fact(z.string()),
  numaNode: fact(z.int().nonnegative().nullable()),
  physicalFunction: fact(functionAddress.nullable()),
  sriov: fact(z.strictObject({ enabled: z.int(), total: z.int() }).nullable()),
  header: fact(z.strictObject({ kind: z.enum(['type0', 'type1', 'type2', 'unknown']), fields: fieldTree })),
  bars: fact(z.array(region)),
  windows: fact(z.array(window)),
  rom: fact(
    z
      .strictObject({
        address: address.nullable(),
        sizeBytes: sizeBytes.nullable(),
        source: z.enum(['card', 'shadow']).describe('shadow: the copy that the firmware left in memory'),
      })
      .nullable(),
  ),
  interrupts: z.strictObject({
    irq: fact(z.int().nullable()),
    inUse: fact(z.strictObject({ mode: z.enum(['msi', 'msix']), count: z.int() }).nullable()),
    intxPin: fact(z.union([z.string(), z.int()]).nullable()),
    intxMasking: fact(z.enum(['no-intx', 'works', 'expected', 'broken', 'hidden', 'firmware', 'untried'])),
    msiVectors: fact(z.int().nullable()),
    msixVectors: fact(z.int().nullable()),
  }),
  reset: z.strictObject({
    methods: fact(z.array(z.string()).nullable()).describe("the kernel's methods in its order; null: none"),
    functionLevelReset: fact(z.boolean()),
  }),
  link: fact(
    z
      .strictObject({
        speedGTs: z.number().nullable(),
        width: z.int().nullable(),
        maxSpeedGTs: z.number().nullable(),
        maxWidth: z.int().nullable(),
        degraded: z.boolean().nullable().describe('slower or narrower than both its ends can'),
      })
      .nullable(),
  ),
  capabilities: z.array(
    z.strictObject({
      kind: z.string(),
      id: z.int(),
      extended: z.boolean(),
      offset: hex(3),
      name: z.string(),
      version: z.int().nullable(),
      fields: fieldTree,
    }),
  ),
  capabilitiesComplete: fact(z.literal(true)).describe('whether that is all of them'),
  problems: z.array(problem).describe('what is wrong with the configuration space'),
})
export type ShowDocument = z.infer<typeof showSchema>
