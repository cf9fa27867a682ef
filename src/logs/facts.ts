import { knownValue, type Machine, type PciFunction } from '../machine/index.js'
import type { FactName } from './failure.js'

/** A path and what was found there. */
export interface Evidence {
  readonly path: string
  readonly value: string
}

/** `holds` undefined: it cannot be known from this machine. */
export interface FactAnswer {
  readonly holds: boolean | undefined
  readonly evidence: readonly Evidence[]
}

const sysfs = (f: PciFunction, file: string) => `/sys/bus/pci/devices/${f.address}/${file}`

/** What is known of the device that a line names. */
export function answerFact(name: FactName, machine: Machine, f: PciFunction): FactAnswer {
  switch (name) {
    case 'is in no group': {
      const group = knownValue(f.group)
      return answer(
        group === undefined ? undefined : group === null,
        sysfs(f, 'iommu_group'),
        String(group ?? 'none'),
      )
    }
    case 'is a bridge': {
      const bridge = knownValue(f.isBridge)
      return answer(bridge, sysfs(f, 'config'), bridge ? 'header type 1' : 'header type 0')
    }
    case 'has no ROM BAR': {
      const resources = knownValue(f.resources)
      return answer(
        resources === undefined
          ? undefined
          : !resources.some(({ kind, sizeBytes }) => kind === 'rom' && sizeBytes > 0n),
        sysfs(f, 'resource'),
        'no ROM',
      )
    }
    case 'cannot be reset alone': {
      const methods = knownValue(f.resetMethods)
      return answer(
        methods === undefined ? undefined : methods === null || methods.length === 0,
        sysfs(f, 'reset_method'),
        methods?.join(' ') || 'none',
      )
    }
    case 'shows a display or a console': {
      const display = f.roles.find((role) => role.name === 'display')
      if (display === undefined)
        return { holds: machine.roles.display.unknown.length > 0 ? undefined : false, evidence: [] }
      return { holds: true, evidence: display.evidence }
    }
  }
}

function answer(holds: boolean | undefined, path: string, value: string): FactAnswer {
  return { holds, evidence: holds ? [{ path, value }] : [] }
}

/** The functions that a match is about: the one it names, else those of the group it names. */
export function functionsOf(
  machine: Machine,
  { device, group }: { readonly device?: string; readonly group?: number },
): readonly PciFunction[] {
  if (device !== undefined) return machine.functions.filter(({ address }) => address === device)
  if (group !== undefined) return machine.functions.filter((f) => knownValue(f.group) === group)
  return []
}

/** What helps to judge a failure of this function, as it stands on the host now. */
export function factsAbout(f: PciFunction): readonly Evidence[] {
  const facts: Evidence[] = []
  const add = (
    file: string,
    fact: { readonly value: unknown } | { readonly unknown: string },
    text?: (value: never) => string,
  ) => {
    if ('value' in fact)
      facts.push({
        path: sysfs(f, file),
        value: text ? text(fact.value as never) : String(fact.value ?? 'none'),
      })
  }
  add('driver', f.driver)
  add('iommu_group', f.group)
  add('reset_method', f.resetMethods, (methods: readonly string[] | null) => methods?.join(' ') ?? 'none')
  add('power_state', f.powerState)
  return facts
}
