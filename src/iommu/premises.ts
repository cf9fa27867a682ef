import { compareAddresses, knownValue, type Unknown } from '../machine/index.js'
import type { Tree } from './grouping.js'

/**
 * Something that the answer rests on and that cannot be read. Unlike an unknown fact it is so on nearly every machine, so the
 * answer is given, and this with it.
 */
export type PremiseKind =
  /** What stands above these is not in the text; it is taken to isolate. */
  | 'above is missing'
  /** No kernel version was told. */
  | 'newest kernel'
  /**
   * Whom the IOMMU is in charge of says a table that could not be read: it is taken to be in charge of all but these, as by
   * most tables.
   */
  | 'coverage by convention'
  /** An Intel chipset's own registers are taken to let the kernel isolate its ports. */
  | 'chipset registers'

export interface Premise {
  readonly kind: PremiseKind
  /** The functions it is about; empty: all. */
  readonly functions: readonly string[]
  /** What stood in the way of knowing. */
  readonly because?: Unknown
}

export function premisesOf(tree: Tree): readonly Premise[] {
  const { subjects, rules } = tree
  const found: Premise[] = []
  const add = (kind: PremiseKind, functions: readonly string[]) => {
    if (functions.length > 0) found.push({ kind, functions: functions.toSorted(compareAddresses) })
  }
  if (!rules.kernelIsKnown) found.push({ kind: 'newest kernel', functions: [] })
  const { byConvention, uncovered } = tree.coverage
  if (byConvention !== undefined)
    found.push({
      kind: 'coverage by convention',
      functions: [...uncovered].map((i) => subjects[i]!.address).sort(compareAddresses),
      because: byConvention,
    })
  add(
    'above is missing',
    subjects.flatMap(({ parent, express, above, address }) => {
      const type = knownValue(express)
      const isSwitch = type === 'Upstream Port' || type === 'Downstream Port'
      return parent < 0 && (isSwitch || above?.among.length === 0) ? [address] : []
    }),
  )
  add(
    'chipset registers',
    subjects.flatMap(({ address, isBridge }, i) => {
      if (!isBridge) return []
      const { because } = tree.verdict(i)
      return because.kind === 'quirk' && because.quirk.verdict === 'isolates once enabled' ? [address] : []
    }),
  )
  return found
}
