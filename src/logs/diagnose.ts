import type { Machine } from '../machine/index.js'
import { answerFact, driverOf, type Evidence, factsAbout, functionsOf } from './facts.js'
import type { Certainty, Meaning } from './failure.js'
import type { Match } from './match.js'
import { LogReader, type LogReading, type Occurrence, type QuotedLine } from './reader.js'

export interface Finding {
  /** Stable id of the cause. */
  readonly cause: string
  readonly title: string
  readonly why: string
  readonly fix: string
  readonly certainty: Certainty
  /** Address of the device that the lines name. */
  readonly device?: string
  /** IOMMU group that the lines name. */
  readonly group?: number
  readonly lines: readonly QuotedLine[]
  /** How often it was said; not all of it stands in `lines`. */
  readonly count: number
  /** What the host says of the device now. */
  readonly evidence: readonly Evidence[]
  /** What else the words can mean, where nothing tells which. */
  readonly otherwise: readonly Meaning[]
  /** File and function whose message it is, and the versions where it was found. */
  readonly sources: readonly { readonly source: string; readonly seen: string }[]
  /** What only came of it. */
  readonly consequences: readonly Finding[]
}

export interface Diagnosis {
  readonly sources: LogReading['sources']
  /** Most certain first, then as they stand in the logs. */
  readonly findings: readonly Finding[]
  readonly harmless: readonly Finding[]
  readonly unknown: readonly QuotedLine[]
  readonly unknownCount: number
}

const order: readonly Certainty[] = ['certain', 'likely', 'possible']

/** What the lines mean. With a machine, what is known of the device chooses between causes. */
export function diagnose(reading: LogReading, machine?: Machine): Diagnosis {
  const all = merge(
    reading.occurrences.map((occurrence) => ({ occurrence, finding: find(occurrence, machine) })),
  )
  const real = all.filter(({ occurrence }) => !occurrence.match.failure.harmless)
  const parents = new Map(real.map((one) => [one, parentOf(one, real)]))
  const isRoot = (one: Found): boolean => parents.get(one) === undefined
  const withConsequences = (one: Found): Finding => ({
    ...one.finding,
    consequences: real.filter((other) => parents.get(other) === one).map(withConsequences),
  })
  return {
    sources: reading.sources,
    findings: real
      .filter(isRoot)
      .map(withConsequences)
      .sort((a, b) => order.indexOf(a.certainty) - order.indexOf(b.certainty)),
    harmless: all.filter(({ occurrence }) => occurrence.match.failure.harmless).map(({ finding }) => finding),
    unknown: reading.unknown,
    unknownCount: reading.unknownCount,
  }
}

/** The whole of a text at once. */
export function diagnoseText(text: string, machine?: Machine, name = 'text'): Diagnosis {
  const reader = new LogReader()
  reader.open(name)
  reader.push(text)
  reader.close()
  return diagnose(reader.result(), machine)
}

interface Found {
  occurrence: Occurrence
  finding: Finding
}

/** One finding per cause, device and title: the messages of a row, and addresses that differ, count together. */
function merge(all: readonly Found[]): readonly Found[] {
  const merged = new Map<string, Found>()
  for (const { occurrence, finding } of all) {
    const key = [finding.cause, finding.title, finding.device ?? '', finding.group ?? ''].join('\n')
    // Words that name neither are a second line of what was said before, or the first of what is said next.
    const so = [...merged.entries()]
    const [beforeKey, before] =
      so.find(([one]) => one === key) ??
      (isUnnamed(finding)
        ? so.findLast(([, one]) => one.finding.cause === finding.cause)
        : so.find(([, one]) => isUnnamed(one.finding) && one.finding.cause === finding.cause)) ??
      []
    if (beforeKey === undefined || before === undefined) {
      merged.set(key, { occurrence, finding })
      continue
    }
    const lines = [...before.finding.lines, ...finding.lines].sort((a, b) =>
      a.source === b.source ? a.line - b.line : 0,
    )
    const named = isUnnamed(before.finding) && !isUnnamed(finding)
    if (named) {
      merged.delete(beforeKey)
      merged.set(key, before)
    }
    before.finding = {
      ...(named ? finding : before.finding),
      lines: lines.slice(0, 6),
      count: before.finding.count + finding.count,
    }
    const first = new Map(before.occurrence.first)
    for (const [source, place] of occurrence.first)
      if ((first.get(source)?.line ?? Number.POSITIVE_INFINITY) > place.line) first.set(source, place)
    before.occurrence = { ...before.occurrence, first }
  }
  return [...merged.values()]
}

function isUnnamed({ device, group }: Finding): boolean {
  return device === undefined && group === undefined
}

function find({ match, lines, count }: Occurrence, machine: Machine | undefined): Finding {
  const { failure, device, group } = match
  const functions = machine === undefined ? [] : functionsOf(machine, match)
  const one = functions.length === 1 ? functions[0] : undefined
  let meaning: Meaning = failure
  let certainty = failure.certainty
  let evidence: readonly Evidence[] =
    machine === undefined || group === undefined
      ? functions.flatMap((f) => factsAbout(f))
      : functionsOf(machine, { group }).flatMap((f) => driverOf(f))
  let otherwise: Meaning[] = []
  for (const alternative of failure.instead ?? []) {
    const answered = machine && answerFact(alternative.when, machine, one)
    if (answered?.holds) {
      meaning = alternative
      certainty = 'certain'
      evidence = [
        ...answered.evidence,
        ...evidence.filter(({ path }) => !answered.evidence.some((e) => e.path === path)),
      ]
      otherwise = []
      break
    }
    if (answered?.holds === undefined) otherwise.push(alternative)
  }
  const filled = fill(meaning, match)
  return {
    ...filled,
    certainty,
    ...(device !== undefined && { device }),
    ...(group !== undefined && { group }),
    lines,
    count,
    evidence,
    otherwise: otherwise.map((other) => fill(other, match)),
    sources: failure.messages.includes(match.message)
      ? [{ source: match.message.source, seen: match.message.seen }]
      : [],
    consequences: [],
  }
}

function fill(meaning: Meaning, { held, device }: Match): Meaning {
  const group = held.group === undefined ? 'the IOMMU group' : `IOMMU group ${held.group}`
  const values: Record<string, string | undefined> = { ...held, device, group }
  const put = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? (name === 'device' ? 'the device' : 'it'))
  return { cause: meaning.cause, title: put(meaning.title), why: put(meaning.why), fix: put(meaning.fix) }
}

/** The nearest failure before it that this one is often the consequence of: of the same device, where both name one. */
function parentOf(one: Found, all: readonly Found[]): Found | undefined {
  const follows = one.occurrence.match.failure.follows ?? []
  let best: Found | undefined
  for (const other of all) {
    if (other === one || other.finding.cause === one.finding.cause) continue
    const fits = follows.includes('*')
      ? !other.occurrence.match.failure.follows?.includes('*')
      : follows.includes(other.finding.cause) || follows.includes(other.occurrence.match.failure.cause)
    if (!fits || !sameDevice(one.finding, other.finding) || !before(other, one)) continue
    // A cycle cannot be: each step goes back in the log, or to a row that does not follow this one.
    if (other.occurrence.match.failure.follows?.includes(one.occurrence.match.failure.cause)) {
      if (!strictlyBefore(other, one)) continue
    }
    if (best === undefined || before(best, other)) best = other
  }
  return best
}

/** Functions of one slot share power, link and reset. */
function sameDevice(a: Finding, b: Finding): boolean {
  if (a.device === undefined || b.device === undefined) return true
  return a.device.split('.')[0] === b.device.split('.')[0]
}

/** In one log of a logger, the place tells; in different logs, or in what somebody pasted together, anything may be earlier. */
function before(a: Found, b: Found): boolean {
  for (const [source, first] of a.occurrence.first) {
    const second = b.occurrence.first.get(source)
    if (second !== undefined && first.stamped && second.stamped) return first.line <= second.line
  }
  return true
}

function strictlyBefore(a: Found, b: Found): boolean {
  for (const [source, first] of a.occurrence.first) {
    const second = b.occurrence.first.get(source)
    if (second !== undefined) return first.line < second.line
  }
  return false
}
