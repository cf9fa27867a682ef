/**
 * What is wrong with the bytes. `at` is the offset in configuration space of what is wrong.
 * None of them stops the rest from being decoded.
 */
export type Problem =
  /** The header reads all ones: nothing answers there (gone, disconnected, or asleep without power). */
  | { readonly kind: 'no-response'; readonly at: 0 }
  /** Neither endpoint, bridge nor CardBus bridge. */
  | { readonly kind: 'unknown-header-type'; readonly at: 0x0e; readonly type: number }
  /** A last BAR says 64-bit: there is no register after it for the upper half. */
  | { readonly kind: 'bar-without-upper-half'; readonly at: number; readonly index: number }
  /** A pointer whose two reserved low bits are set; they were ignored, as the specification says. */
  | { readonly kind: 'misaligned-pointer'; readonly at: number; readonly target: number }
  /** A pointer to below the first place where a capability may stand; the chain ends there. */
  | { readonly kind: 'pointer-too-low'; readonly at: number; readonly target: number }
  /** A pointer to a capability that was already seen; the chain ends there. */
  | { readonly kind: 'loop'; readonly at: number; readonly target: number }
  /** A capability id of all ones; the chain ends there. */
  | { readonly kind: 'broken-chain'; readonly at: number }
  /** A capability that would reach past the end of its 256 or 4096 bytes. */
  | { readonly kind: 'past-end'; readonly at: number; readonly lengthBytes: number }
  /** A capability that says it is shorter than its own registers. */
  | {
      readonly kind: 'too-short'
      readonly at: number
      readonly lengthBytes: number
      readonly leastBytes: number
    }
  /** A capability that says it reaches over the start of another one. */
  | { readonly kind: 'overlap'; readonly at: number; readonly lengthBytes: number; readonly other: number }
  /** A count that the specification does not allow. */
  | {
      readonly kind: 'count-out-of-range'
      readonly at: number
      readonly count: number
      readonly most: number
    }
