import { compareAddresses } from '../address.js'
import {
  type Evidence,
  type Role,
  type RoleName,
  type RoleSearch,
  roleNames,
  type Unknown,
} from '../machine.js'

/** Where what was found about roles is put down, while the host is being looked through. */
export class RoleFindings {
  readonly #roles = Object.fromEntries(
    roleNames.map((name) => [name, { functions: new Map<string, Evidence[]>(), elsewhere: [], unknown: [] }]),
  ) as unknown as Record<
    RoleName,
    { functions: Map<string, Evidence[]>; elsewhere: Evidence[]; unknown: Unknown[] }
  >

  /** `address` plays the role; `evidence` is what was read on the way there. */
  found(role: RoleName, address: string, evidence: readonly Evidence[]): void {
    const { functions } = this.#roles[role]
    const known = functions.get(address) ?? []
    functions.set(address, known)
    for (const { path, value } of evidence)
      if (!known.some((one) => one.path === path && one.value === value)) known.push({ path, value })
  }

  /** Something that is no PCI function plays the role. */
  elsewhere(role: RoleName, evidence: Evidence): void {
    const { elsewhere } = this.#roles[role]
    if (!elsewhere.some((one) => one.path === evidence.path && one.value === evidence.value))
      elsewhere.push(evidence)
  }

  /** Who plays the role could not be followed to its end. */
  unknown(role: RoleName, unknown: Unknown): void {
    const { unknown: all } = this.#roles[role]
    if (!all.some((one) => one.path === unknown.path && one.unknown === unknown.unknown)) all.push(unknown)
  }

  /** Addresses that have `role` so far. */
  holders(role: RoleName): ReadonlySet<string> {
    return new Set(this.#roles[role].functions.keys())
  }

  searches(): Readonly<Record<RoleName, RoleSearch>> {
    return Object.fromEntries(
      roleNames.map((name) => {
        const { functions, elsewhere, unknown } = this.#roles[name]
        return [name, { functions: [...functions.keys()].sort(compareAddresses), elsewhere, unknown }]
      }),
    ) as unknown as Record<RoleName, RoleSearch>
  }

  byFunction(): ReadonlyMap<string, readonly Role[]> {
    const roles = new Map<string, Role[]>()
    for (const name of roleNames) {
      const { functions, elsewhere } = this.#roles[name]
      const only = name === 'root-disk' || functions.size + elsewhere.length === 1
      for (const [address, evidence] of functions) {
        const list = roles.get(address)
        if (list) list.push({ name, only, evidence })
        else roles.set(address, [{ name, only, evidence }])
      }
    }
    return roles
  }
}
