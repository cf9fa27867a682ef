import { Anchors } from './anchors.js'
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

const compile = () =>
  failures.flatMap((failure) =>
    failure.messages.map((message) => ({ failure, message, ...compileMessage(message) })),
  )

let rows: ReturnType<typeof compile> | undefined

/** Every message of the tables, in their order. Made when first asked for: most commands read no log. */
function compiled(): ReturnType<typeof compile> {
  rows ??= compile()
  return rows
}

/** A line that may be unknown talk of vfio. */
const vfioWords = ['vfio', 'VFIO', 'iommufd']

let anchors: Anchors | undefined

/**
 * What stands in every line that any row fits, or that speaks of vfio: to skip the millions of other lines. First the anchors of
 * {@link compiled}. Made when first asked for: it takes some 30 ms.
 */
export function lineAnchors(): Anchors {
  anchors ??= new Anchors([...compiled().map(({ anchor }) => anchor), ...vfioWords])
  return anchors
}

const address =
  /(?<![0-9a-fA-F:.])(?:([0-9a-fA-F]{4,8}):)?([0-9a-fA-F]{2}:[01][0-9a-fA-F]\.[0-7])(?![0-9a-fA-F.]|:[0-9a-fA-F])/

/** The first row that fits, in the order of the tables. */
export function matchLine(text: string): Match | undefined {
  for (const at of lineAnchors().all(text)) {
    if (at >= compiled().length) break
    const { failure, message, pattern } = compiled()[at]!
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
