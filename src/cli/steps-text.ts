import type { StepDocument, Verdict } from './schemas/groups.js'

/** Addresses as a person reads them. */
export type Named = (address: string) => string

/** What one step found, in a sentence or two; the second part stands below it, a line each. */
export function stepText(
  step: StepDocument,
  name: Named,
): { readonly says: string; readonly below: readonly string[] } {
  switch (step.kind) {
    case 'not covered':
      return { says: `No IOMMU is in charge of ${name(step.function)}: it gets no group.`, below: [] }
    case 'controller':
      return {
        says: `Its DMA carries the id of ${name(step.controller)}, the controller that made its PCI domain (VMD)${
          step.decided ? ': it is in the group of that' : ''
        }.`,
        below: [],
      }
    case 'bridge id':
      return {
        says: `On the way to the root the bridge ${name(step.bridge)} puts its own id on requests, so the IOMMU cannot tell them apart${
          step.decided ? `: it is in the group of ${name(step.bridge)}` : ''
        }.`,
        below: [],
      }
    case 'path':
      return {
        says: step.isolates
          ? `From ${name(step.bridge)} up to the root everything isolates: nothing above is in its group.`
          : `From ${name(step.bridge)} up to the root not everything isolates${
              step.decided ? `: it is in the group of ${name(step.bridge)}` : ''
            }.`,
        below: step.asked.map((one) => `${name(one.function)} ${verdictText(one)}`),
      }
    case 'alias':
      return {
        says: `${name(step.function)} and ${name(step.with)} use one requester id${
          step.quirk ? ` (Linux ${step.quirk})` : step.byFirmware ? " (the firmware's IVRS table)" : ''
        }${step.decided ? ': they are in one group' : ''}.`,
        below: [],
      }
    case 'neighbours': {
      const { asked, with: others } = step
      if (others.length === 0)
        return {
          says:
            asked.because === 'single function'
              ? `${name(step.function)} has no neighbour in its slot: the group is its own.`
              : `Nothing in its slot shares a group with ${name(step.function)}: the group is its own.`,
          below: asked.because === 'single function' ? [] : [`${name(asked.function)} ${verdictText(asked)}`],
        }
      return {
        says: `${name(step.function)} is not kept apart from functions of its slot that do not isolate either: they are in one group.`,
        below: [asked, ...others].map((one) => `${name(one.function)} ${verdictText(one)}`),
      }
    }
  }
}

const bitWords: Readonly<Record<string, string>> = {
  sourceValidation: 'source validation',
  requestRedirect: 'request redirect',
  completionRedirect: 'completion redirect',
  upstreamForwarding: 'upstream forwarding',
}

/** `isolates: ...`, `does not isolate: ...` */
function verdictText({ isolates, because, quirk, had, enabled }: Verdict): string {
  const answer = isolates === null ? 'may isolate or not' : isolates ? 'isolates' : 'does not isolate'
  const off = had
    ?.filter((bit) => enabled !== undefined && !enabled.includes(bit))
    .map((bit) => bitWords[bit])
  switch (because) {
    case 'quirk':
      return `${answer}: Linux knows this device (${quirk})`
    case 'conventional':
      return `${answer}: conventional PCI is a shared bus`
    case 'never has ACS':
      return `${answer}: its kind never has ACS`
    case 'single function':
      return `${answer}: it has no neighbour to send to`
    case 'no ACS capability':
      return `${answer}: it has no ACS capability`
    case 'ACS capability':
      return off && off.length > 0
        ? `${answer}: it has ACS, but without ${off.join(', ')}`
        : `${answer}: it has ACS, and Linux switches it on`
    case 'override':
      return `${answer}: the override patch says so, the hardware does not`
    case 'unknown':
      return `${answer}: what would tell is not known`
  }
}
