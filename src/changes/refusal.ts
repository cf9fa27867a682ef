import type { Evidence, Machine, PciFunction, RoleName, RoleSearch, Unknown } from '../machine/index.js'

/** Why functions are not taken from the host. */
export interface Refusal {
  readonly rule: 'role' | 'bridge' | 'unread' | 'no-iommu-group' | 'virtual-functions' | 'no-vfio-pci'
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

interface RoleRule {
  readonly role: RoleName
  /** `any`: losing one function that has the role does harm; `last`: losing all that have it. */
  readonly loss: 'any' | 'last'
  readonly reason: string
  /** What cannot be told. */
  readonly question: string
  readonly first?: string
}

/** Roles that the host cannot do without. The firmware's video card is none of them: what it shows is the role display. */
export const roleRules: readonly RoleRule[] = [
  {
    role: 'root-disk',
    loss: 'any',
    reason: 'the root file system stands on it',
    question: 'whether the root file system stands on it',
  },
  {
    role: 'swap',
    loss: 'any',
    reason: 'a swap area stands on it',
    question: 'whether a swap area stands on it',
    first: 'take the swap area out of use with swapoff',
  },
  {
    role: 'mounted',
    loss: 'any',
    reason: 'a mounted file system stands on it',
    question: 'whether a mounted file system stands on it',
    first: 'unmount the file system with umount',
  },
  {
    role: 'network',
    loss: 'last',
    reason: 'every default route goes through it: the host would be cut off',
    question: 'whether another default route is left without it',
  },
  {
    role: 'keyboard',
    loss: 'last',
    reason: 'it carries the only keyboard',
    question: 'whether another keyboard is left without it',
  },
  {
    role: 'display',
    loss: 'last',
    reason: 'it shows the only display',
    question: 'whether another display is left without it',
  },
  {
    role: 'terminal',
    loss: 'any',
    reason: 'the terminal that this runs in hangs on it',
    question: 'whether the terminal that this runs in hangs on it',
    first: 'run this from another terminal',
  },
]

/** Which roles the host would lose with `leaving`, or could not be told that it keeps. */
export function refuseRoles(machine: Machine, leaving: readonly PciFunction[]): readonly Refusal[] {
  if (leaving.length === 0) return []
  return roleRules.flatMap((rule) => refuseRole(rule, machine.roles[rule.role], leaving))
}

function refuseRole(rule: RoleRule, search: RoleSearch, leaving: readonly PciFunction[]): readonly Refusal[] {
  const lift = { accept: rule.role, ...(rule.first === undefined ? {} : { first: rule.first }) }
  const having = leaving.filter(({ address }) => search.functions.includes(address))
  const others = search.functions.length - having.length + search.elsewhere.length
  if (having.length > 0 && (rule.loss === 'any' || others === 0)) {
    // With a further one that could not be followed, it may not be the last: but who would build on that?
    return having.map(({ address, roles }) => ({
      rule: 'role',
      functions: [address],
      role: rule.role,
      evidence: roles.find(({ name }) => name === rule.role)?.evidence ?? [],
      unknown: search.unknown,
      reason: rule.reason,
      lift,
    }))
  }
  if (search.unknown.length === 0 || (rule.loss === 'last' && others > 0)) return []
  return [
    {
      rule: 'role',
      functions: leaving.map(({ address }) => address),
      role: rule.role,
      evidence: [],
      unknown: search.unknown,
      reason: `it cannot be told ${rule.question}`,
      lift,
    },
  ]
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
