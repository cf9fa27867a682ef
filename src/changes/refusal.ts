import {
  type Evidence,
  type Machine,
  type PciFunction,
  type RoleName,
  roleLosses,
  type Unknown,
} from '../machine/index.js'

/** Why functions are not taken from the host. */
export interface Refusal {
  readonly rule:
    | 'role'
    | 'bridge'
    | 'unread'
    | 'no-iommu-group'
    | 'virtual-functions'
    | 'no-vfio-pci'
    | 'same-ids'
  /** Addresses of those concerned. */
  readonly functions: readonly string[]
  readonly role?: RoleName
  /** What was read to conclude this. */
  readonly evidence: readonly Evidence[]
  /** What could not be read, where that is the reason. */
  readonly unknown: readonly Unknown[]
  readonly reason: string
  /** What lifts it: a role to accept, something to do first, or either. */
  readonly lift: { readonly accept?: RoleName; readonly first?: string }
}

/** Which roles the host would lose with `leaving`, or could not be told that it keeps. */
export function refuseRoles(machine: Machine, leaving: readonly PciFunction[]): readonly Refusal[] {
  return roleLosses(machine.roles, leaving).map(({ needed, functions, evidence, unknown, reason }) => ({
    rule: 'role',
    functions,
    role: needed.role,
    evidence,
    unknown,
    reason,
    lift: { accept: needed.role, ...(needed.first === undefined ? {} : { first: needed.first }) },
  }))
}

/** No IOMMU group: without one the kernel gives no function to user space. */
export function refuseWithoutGroup(machine: Machine, { address }: PciFunction): Refusal {
  const tables = 'value' in machine.iommuTables ? machine.iommuTables.value : undefined
  const iommus = 'value' in machine.iommus ? machine.iommus.value : undefined
  const evidence: Evidence[] = [{ path: `/sys/bus/pci/devices/${address}/iommu_group`, value: 'absent' }]
  if (tables)
    evidence.push({
      path: '/sys/firmware/acpi/tables',
      value: tables.join(' ') || 'no DMAR, IVRS, IORT or VIOT',
    })
  if (iommus) evidence.push({ path: '/sys/class/iommu', value: iommus.join(' ') || 'empty' })
  const [reason, first] =
    iommus === undefined
      ? ['it is in no IOMMU group', 'run this as root to learn why']
      : iommus.length > 0
        ? [
            'the kernel has an IOMMU on, but put this function into no group',
            'see `dmesg` for what DMAR or AMD-Vi say of it',
          ]
        : tables?.length === 0
          ? [
              'no IOMMU is on, and the firmware describes none',
              'switch on the IOMMU in the firmware setup: VT-d, AMD-Vi, IOMMU or SMMU',
            ]
          : [
              'the firmware describes an IOMMU, but the kernel has it off',
              tables?.includes('DMAR')
                ? 'start the kernel with intel_iommu=on'
                : 'take iommu=off and amd_iommu=off from the kernel command line',
            ]
  return {
    rule: 'no-iommu-group',
    functions: [address],
    evidence,
    unknown: [machine.iommus, machine.iommuTables].filter((fact): fact is Unknown => 'unknown' in fact),
    reason: reason!,
    lift: { first: first! },
  }
}

/** The kernel refuses a parent whose virtual functions exist: somebody may use them (vfio_pci_core_register_device). */
export function refuseVirtualFunctions({ address }: PciFunction, enabled: number): Refusal {
  const path = `/sys/bus/pci/devices/${address}/sriov_numvfs`
  return {
    rule: 'virtual-functions',
    functions: [address],
    evidence: [{ path, value: String(enabled) }],
    unknown: [],
    reason: `${enabled} of its virtual functions ${enabled === 1 ? 'exists' : 'exist'}, and may be in use`,
    lift: { first: `when nothing uses them, write 0 to ${path}` },
  }
}

export function refuseBridge({ address }: PciFunction): Refusal {
  return {
    rule: 'bridge',
    functions: [address],
    evidence: [{ path: `/sys/bus/pci/devices/${address}/config`, value: 'header type 1 or 2' }],
    unknown: [],
    reason: 'it is a bridge, and bridges stay with the host',
    lift: { first: 'name the device behind it' },
  }
}

/** A host or ISA bridge has an endpoint's header, but stands for the computer itself. */
export function refuseSystemBridge({ address }: PciFunction, code: number): Refusal {
  return {
    rule: 'bridge',
    functions: [address],
    evidence: [
      { path: `/sys/bus/pci/devices/${address}/class`, value: `0x${code.toString(16).padStart(6, '0')}` },
    ],
    unknown: [],
    reason: 'it is a bridge of the computer itself, which a machine has no use for',
    lift: { first: 'name another device' },
  }
}

export function refuseUnread(address: string, unknown: Unknown, question: string): Refusal {
  return {
    rule: 'unread',
    functions: [address],
    evidence: [],
    unknown: [unknown],
    reason: `it cannot be told ${question}`,
    lift: { first: 'run this as root' },
  }
}
