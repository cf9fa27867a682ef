import { knownValue, type Machine } from '../machine/index.js'
import { differences, membershipOf } from './compare.js'
import { predictFrom } from './predict.js'
import { type AcsOverride, defaultRules, lateAcs, type Rules } from './rules.js'
import { subjectsOf } from './subject.js'

/** Something that the kernel does not tell, and with which the prediction agrees with the groups that the kernel made. */
export type Cause =
  /** The kernel heeds `pcie_acs_override=` on its command line: it has the patch. */
  | 'override patch'
  /** The name of the kernel hides its stable release; it is one of those that switch ACS on too late. */
  | 'late ACS'

/** Why the prediction differs from the kernel's groups, as far as trying tells. */
export function causesOf(machine: Machine): readonly Cause[] {
  const rules = defaultRules(machine)
  const subjects = subjectsOf(machine)
  const override = overrideParameter(knownValue(machine.commandLine) ?? '')
  const { major, minor, patch } = rules.kernel
  const mayBeLate = patch === undefined && lateAcs.some(([first]) => first.startsWith(`${major}.${minor}.`))
  const tries: readonly (readonly [Cause, Rules | undefined])[] = [
    ['override patch', override && { ...rules, override }],
    ['late ACS', mayBeLate ? { ...rules, acsEnabled: 'with the driver' } : undefined],
  ]
  return tries.flatMap(([cause, other]) => {
    if (other === undefined) return []
    const found = differences(membershipOf(machine), membershipOf(predictFrom(subjects, other)))
    return found.length === 0 ? [cause] : []
  })
}

/** `pcie_acs_override=downstream,id:8086:a110` as the patch reads it: a word that it does not know it passes over. */
function overrideParameter(commandLine: string): AcsOverride | undefined {
  const values = commandLine
    .split(/\s+/)
    .filter((word) => word.startsWith('pcie_acs_override='))
    .flatMap((word) => word.slice('pcie_acs_override='.length).split(','))
  if (values.length === 0) return undefined
  return {
    downstream: values.includes('downstream'),
    multifunction: values.includes('multifunction'),
    ids: values.flatMap((value) => {
      const found = /^id:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(value)
      return found ? [[Number.parseInt(found[1]!, 16), Number.parseInt(found[2]!, 16)] as const] : []
    }),
  }
}
