import type { Failure, Message } from './failure.js'
import { failures, ordinary } from './failures/index.js'
import { compileMessage } from './format.js'

export interface Match {
  readonly failure: Failure
  readonly message: Message
  /** What the conversions held, by the names that the row gives them. */
  readonly held: Readonly<Record<string, string>>
  /** PCI address, with its segment, in lower case. */
  readonly device?: string
  readonly group?: number
}

const compiled = failures.flatMap((failure) =>
  failure.messages.map((message) => {
    const { anchor, pattern } = compileMessage(message)
    const word = anchor.split(' ').reduce((longest, one) => (one.length > longest.length ? one : longest), '')
    return { failure, message, anchor, pattern, word }
  }),
)

/** A line that may be unknown talk of vfio. */
const vfioWords = ['vfio', 'VFIO', 'iommufd']

/**
 * Fits somewhere in every line that any row fits, or that speaks of vfio: to skip the millions of other lines. A space in it
 * also stands for a line that a mail program broke.
 */
export function candidatePattern(): RegExp {
  const anchors = new Set([...vfioWords, ...compiled.map(({ anchor }) => anchor)])
  // An anchor that holds another one finds nothing more.
  const least = [...anchors].filter(
    (anchor) => ![...anchors].some((other) => other !== anchor && anchor.includes(other)),
  )
  return new RegExp(
    least
      .map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ +/g, '\\s[\\s>|]{0,8}'))
      .join('|'),
    'g',
  )
}

const address =
  /(?<![0-9a-fA-F:.])(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7])(?![0-9a-fA-F.]|:[0-9a-fA-F])/

/** The first row that fits, in the order of the tables. */
export function matchLine(text: string): Match | undefined {
  for (const { failure, message, word, pattern } of compiled) {
    // Most rows are ruled out by a plain search.
    if (!text.includes(word)) continue
    const found = pattern.exec(text)
    if (found === null) continue
    const held: Record<string, string> = {}
    for (const [name, value] of Object.entries(found.groups ?? {}))
      if (value !== undefined) held[name] = value
    const named = address.exec(held.device ?? '') ?? address.exec(text)
    const device = named === null ? undefined : `${named[1] ?? '0000'}:${named[2]}`.toLowerCase()
    return {
      failure,
      message,
      held,
      ...(device !== undefined && { device }),
      ...(held.group !== undefined && { group: Number(held.group) }),
    }
  }
  return undefined
}

/** True for a line in which vfio itself speaks, and no row nor ordinary line knows what it says. */
export function isUnknownVfio(text: string): boolean {
  if (text.length > 600 || ordinary.some((pattern) => pattern.test(text))) return false
  return /^(?:vfio(?:_\w+|-\w+)?(?: \S{1,20})?:|iommufd\b.{0,30}:|(?:error|warning): .{0,40}vfio|qemu\S{0,60}: .{0,400}\bvfio\b)/i.test(
    text,
  )
}
