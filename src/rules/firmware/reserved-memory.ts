import { hasSince, type KernelVersion, parseKernelVersion } from '../../iommu/index.js'
import {
  acpiTablesFolder,
  type Evidence,
  groupReservationsPath,
  kernelReleasePath,
  type PciFunction,
  reservedRegionsOf,
  sizeText,
} from '../../machine/index.js'
import type { Handover } from '../handover.js'
import { impossible, need, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule, Outcome } from '../rule.js'

/** A claim that the kernel insists on: where it is, and who says so. */
interface Claim {
  readonly start: bigint
  readonly end: bigint
  readonly seen: Evidence
}

export const reservedMemory: DeviceRule = {
  id: 'reserved-memory',
  title: 'Is the device free of memory that firmware claims for it?',
  about: 'device',
  looksAt: [
    '/sys/kernel/iommu_groups/*/reserved_regions',
    `where there are no groups yet: ${acpiTablesFolder}/DMAR (RMRR), ${acpiTablesFolder}/IVRS (IVMD)`,
    kernelReleasePath,
  ],
  why: 'Firmware may claim memory that the device must always reach at the same addresses, for a management controller or the like. In a virtual machine those addresses are other memory. So the kernel refuses to give such a device away, and what shares its group.',
  fix: 'Switch off pre-boot DMA protection (Kernel DMA Protection) in the firmware setup, and what manages the device from there; update the firmware. Some servers (HPE) have a tool of the maker that takes the claim from a slot. Another slot may have no claim.',
  since: [
    'Linux 6.1, Intel only: "Device is ineligible for IOMMU domain attach due to platform RMRR requirement"',
    'Linux 6.12 and 7.3, all IOMMUs: "Firmware has requested this device have a 1:1 IOMMU mapping, rejecting configuring the device without a 1:1 mapping"',
    'Claims of the DMAR (RMRR) for display devices and USB controllers are let go by all of them',
  ],
  sources: [
    'Linux drivers/iommu/intel/iommu.c intel_iommu_attach_device (6.1), device_rmrr_is_relaxable, intel_iommu_get_resv_regions',
    'Linux drivers/iommu/iommu.c __iommu_device_set_domain (6.12, 7.3), iommu_group_show_resv_regions',
    'Linux drivers/iommu/amd/iommu.c amd_iommu_get_resv_regions, amd/init.c init_unity_map_range',
    'Linux drivers/vfio/vfio_iommu_type1.c vfio_iommu_resv_exclude',
  ],
  atWorst: 'impossible',
  check(handover) {
    const { device, machine } = handover
    const group = need(device.group)
    if (group === null && need(machine.iommuTables).length === 0)
      return notHere('the firmware describes no IOMMU, so it claims nothing yet')
    const claims = group === null ? byTables(handover) : byKernel(handover, group)
    const [first] = claims
    if (first === undefined)
      return passes(
        'no memory is claimed that the kernel would insist on',
        group === null
          ? seen(acpiTablesFolder, 'no RMRR or IVMD for the group')
          : seen(groupReservationsPath(group), 'no direct region'),
      )
    return refusal(handover, claims)
  },
}

/** The kernel lists what any function of the group has: one claim holds all of them. */
function byKernel({ machine }: Handover, group: number): readonly Claim[] {
  return need(machine.system.groupReservations(group))
    .filter(({ type }) => type === 'direct')
    .map(({ start, end }) => ({
      start,
      end,
      seen: seen(groupReservationsPath(group), `${hex(start)}-${hex(end)} direct`),
    }))
}

function byTables(handover: Handover): readonly Claim[] {
  const of = (f: PciFunction) =>
    need(reservedRegionsOf(handover.machine, f))
      .filter(({ relaxable }) => !relaxable)
      .map(({ kind, start, end }) => {
        const table = `${acpiTablesFolder}/${kind === 'RMRR' ? 'DMAR' : 'IVRS'}`
        return { start, end, seen: seen(table, `${kind} ${hex(start)}-${hex(end)} for ${f.address}`) }
      })
  const members = need(handover.group)
  return (members.length === 0 ? [handover.device] : members).flatMap(of)
}

function refusal({ machine }: Handover, claims: readonly Claim[]): Outcome {
  const [{ start, end }] = claims as readonly [Claim]
  const more = claims.length > 1 ? `, and ${claims.length - 1} more` : ''
  const says = `firmware claims ${sizeText(end - start + 1n)} at ${hex(start)} for its group${more}`
  const evidence = claims.map((claim) => claim.seen)
  const kernel = need(machine.kernel)
  const refuses = refusesAll(parseKernelVersion(kernel), need(machine.iommuTables).includes('DMAR'))
  if (refuses === undefined)
    undecided(
      `whether this kernel refuses the claim of ${hex(start)}: known of 6.1, 6.12 and 7.3`,
      kernelReleasePath,
    )
  if (refuses) return impossible(`${says}, and the kernel insists on it`, evidence)
  return warning(says, [...evidence, seen(kernelReleasePath, kernel)], {
    why: 'This kernel gives the device away all the same; newer ones (6.12 does) refuse. QEMU cannot map guest memory over the claimed addresses.',
  })
}

/** Undefined: not known of this version. */
function refusesAll(kernel: KernelVersion | undefined, isIntel: boolean): boolean | undefined {
  if (isIntel) return true
  if (kernel === undefined) return undefined
  if (hasSince(kernel, ['6.12'])) return true
  return hasSince(kernel, ['6.2']) ? undefined : false
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`
}
