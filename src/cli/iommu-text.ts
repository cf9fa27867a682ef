import { whyUnknown } from './explain.js'
import type { GroupsDocument, MissingFact } from './schemas/groups.js'
import type { Named } from './steps-text.js'

const factWords: Readonly<Record<MissingFact['fact'], string>> = {
  group: 'the group',
  ids: 'vendor and device id',
  'express type': 'the type of PCI Express function',
  'ACS capability': 'the ACS capability',
  'ACS control': 'the ACS control bits',
  'DMA aliases': 'the requester ids it uses',
  'VMD controller': 'the controller of its PCI domain',
  place: 'the bridge above it',
  'slot number': 'the number of the slot',
  link: 'the link',
}

/** So many functions are named in one sentence; the JSON has them all. */
const namedAtMost = 6

/** What is missing, a sentence for each kind of it, and the command that would tell. */
export function missingText(missing: readonly MissingFact[]): readonly string[] {
  const kinds = new Map<string, { one: MissingFact; functions: Set<string> }>()
  for (const one of missing) {
    const key = `${one.fact} ${one.unknown} ${one.tell}`
    const kind = kinds.get(key) ?? { one, functions: new Set<string>() }
    kind.functions.add(one.function.replace(/^0000:/, ''))
    kinds.set(key, kind)
  }
  return [...kinds.values()].map(({ one, functions }) => {
    const names = [...functions]
    const shown = names.slice(0, namedAtMost).join(', ')
    const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : ''
    return `Not known: ${factWords[one.fact]} of ${shown}${more}: ${whyUnknown(one)}. This would tell: ${one.tell}`
  })
}

export function premiseText(
  { kind, functions, because }: GroupsDocument['premises'][number],
  name: Named,
): string {
  const list = functions.map(name).join(', ')
  switch (kind) {
    case 'above is missing':
      return `What stands above ${list} is not told; it is taken to isolate.`
    case 'newest kernel':
      return 'The kernel is not told; the newest one known here is taken.'
    case 'coverage by convention':
      return `Which functions the IOMMU is in charge of is not known${
        because ? `: ${whyUnknown(because)}` : ''
      }. It is taken to be in charge of all${list === '' ? '' : ` but ${list}`}, as is usual.${
        because?.tell === undefined ? '' : ` This would tell: ${because.tell}`
      }`
    case 'chipset registers':
      return `Linux isolates ${list} by registers of the chipset, which the firmware is taken to have made accessible.`
  }
}
