import * as z from 'zod'
import { roleNames } from '../../machine/index.js'

/** `{"value": ...}`, or why it is not known and which path was to tell it. `null` as a value: looked, and there is none. */
export const fact = <T extends z.ZodType>(value: T) =>
  z.union([z.strictObject({ value }), z.strictObject({ unknown: z.string(), path: z.string() })])

/** A hexadecimal number of so many digits, as sysfs prints it: `0x10de`. */
export const hex = (digits: number) => z.string().regex(new RegExp(`^0x[0-9a-f]{${digits}}$`))
/** An address or a mask: hexadecimal, as long as need be. A string, since JSON numbers are exact to 2^53 only. */
export const address = z.string().regex(/^0x[0-9a-f]+$/)
/** A size in bytes: decimal, as a string for the same reason. */
export const sizeBytes = z.string().regex(/^\d+$/)

export const functionAddress = z
  .string()
  .regex(/^[0-9a-f]{4,8}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/)
  .describe('segment:bus:device.function')

export const evidence = z.strictObject({ path: z.string(), value: z.string() })
export const roleName = z.enum(roleNames)

export const role = z.strictObject({
  name: roleName,
  only: z.boolean().describe('the host has nothing else for this role'),
  evidence: z.array(evidence),
})

/** A kernel object. */
export const held = z.strictObject({ kind: z.string(), name: z.string() })

/** Who plays a role on the whole host. */
export const roleSearch = z.strictObject({
  functions: z.array(functionAddress),
  elsewhere: z.array(evidence).describe('what plays the role without being a PCI function'),
  unknown: z
    .array(z.strictObject({ unknown: z.string(), path: z.string() }))
    .describe('what could not be followed: while not empty, any further function may have the role'),
})

export const functionSummary = z.strictObject({
  address: functionAddress,
  parent: fact(functionAddress.nullable()).describe('the bridge above it; null on a root bus'),
  group: fact(z.int().nonnegative().nullable()).describe('IOMMU group as the kernel made it; null: none'),
  class: fact(hex(6)),
  vendor: fact(hex(4)),
  device: fact(hex(4)),
  names: z.strictObject({
    vendor: z.string().optional(),
    device: z.string().optional(),
    class: z.string().optional(),
    subsystem: z.string().optional(),
    printed: z.string().optional().describe('what pasted text calls it, where pci.ids has no name'),
  }),
  driver: fact(z.string().nullable()),
  bridge: fact(z.boolean()),
  holds: z
    .array(held)
    .describe('kernel objects that hang on it: block devices, network interfaces, DRM cards, ...'),
  roles: z.array(role),
})
export type FunctionSummary = z.infer<typeof functionSummary>

export const bus = fact(z.enum(['present', 'absent']))

export const iommu = z.strictObject({
  units: fact(z.array(z.string())).describe('IOMMUs that the kernel uses; empty: none is on'),
  firmwareTables: fact(z.array(z.string())).describe('ACPI tables that describe an IOMMU; empty: none'),
  commandLine: fact(z.array(z.string())).describe('kernel parameters that have to do with it'),
})
export type IommuSummary = z.infer<typeof iommu>
