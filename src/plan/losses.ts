import { type Held, isVfioDriver, knownValue, type Machine, type RoleName } from '../machine/index.js'

/** What the host has of a function, and no longer when that is taken. */
export interface Loss {
  readonly address: string
  /** Null: none, or it is not known which. */
  readonly driver: string | null
  /** `last`: nothing else has the role when all that is taken is gone. */
  readonly roles: readonly { readonly name: RoleName; readonly last: boolean }[]
  /** Kernel objects that go with it. */
  readonly holds: readonly Held[]
}

/** Of the functions that are with the host now, in the order given. */
export function lossesOf(machine: Machine, takes: readonly string[]): readonly Loss[] {
  return takes.flatMap((address): Loss[] => {
    const f = machine.functions.find((one) => one.address === address)
    const driver = (f && knownValue(f.driver)) ?? null
    if (f === undefined || isVfioDriver(driver)) return []
    const roles = f.roles.map(({ name }) => {
      const { functions, elsewhere } = machine.roles[name]
      return { name, last: elsewhere.length === 0 && functions.every((one) => takes.includes(one)) }
    })
    return [{ address, driver, roles, holds: f.holds }]
  })
}
