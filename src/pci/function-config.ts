import { type Bar, decodeBars } from './bars.js'
import { type BridgeWindows, bridgeWindows } from './bridge-windows.js'
import type { Capability } from './capability.js'
import type { ConfigSpace } from './config-space.js'
import { type Header, headerOf, headerShape } from './header.js'
import type { Problem } from './problems.js'
import { walkCapabilities } from './walk.js'

/** What one function's configuration space says. */
export interface FunctionConfig {
  readonly header: Header
  readonly bars: readonly Bar[]
  /** The first capability is the first of its chain; extended ones come after the standard ones. */
  readonly capabilities: readonly Capability[]
  readonly problems: readonly Problem[]
  /**
   * The first offset that following the capabilities needed and that is not known: there may be more of them.
   * `undefined`: all of them are here. Without privilege Linux shows 64 bytes, so this is then 0x40 or more.
   */
  readonly truncatedAt: number | undefined
}

/**
 * Decodes one function. Never throws: what is broken stands in `problems`.
 *
 * @example
 * const { header, capabilities } = decodeFunction(new ConfigSpace(bytes))
 * const msix = capabilities.find((capability) => capability.kind === 'msix')
 * msix?.fields.control.vectors // 65, or undefined where it is not known
 */
export function decodeFunction(space: ConfigSpace): FunctionConfig {
  const shape = headerShape(space)
  const header = headerOf(space, shape)
  if (isAllOnes(space)) {
    return {
      header,
      bars: [],
      capabilities: [],
      problems: [{ kind: 'no-response', at: 0 }],
      truncatedAt: undefined,
    }
  }
  const problems: Problem[] = []
  const type = space.readBits(0x0e, 1, 0, 6)
  if (shape.kind === 'unknown' && type !== undefined)
    problems.push({ kind: 'unknown-header-type', at: 0x0e, type })
  const { bars, brokenAt } = decodeBars(space, 0x10, shape.bars)
  if (brokenAt !== undefined)
    problems.push({ kind: 'bar-without-upper-half', at: 0x10 + 4 * brokenAt, index: brokenAt })
  const isBridge = shape.kind === 'unknown' ? undefined : shape.kind === 'type1'
  const walk = walkCapabilities(space, shape.pointerAt, isBridge)
  // An unknown header type hides where the chain begins, if there is one.
  const truncatedAt = type === undefined ? 0x0e : walk.truncatedAt
  return {
    header,
    bars,
    capabilities: walk.capabilities,
    problems: [...problems, ...walk.problems],
    truncatedAt,
  }
}

/** The windows of a bridge, `null` for what is none. */
export function windowsOf({ header }: FunctionConfig): BridgeWindows | null {
  return header.kind === 'type1' ? bridgeWindows(header) : null
}

/** The 64 bytes of header, all known and all ones. A virtual function has only its ids so. */
function isAllOnes(space: ConfigSpace): boolean {
  for (let at = 0; at < 64; at += 4) if (space.read(at, 4) !== 0xffffffff) return false
  return true
}
