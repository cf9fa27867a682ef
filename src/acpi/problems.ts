/** What is wrong with a table. `at` is the offset in it of what is wrong. None of them stops the rest from being decoded. */
export type AcpiProblem =
  /** Another table than the one that was asked for. */
  | { readonly kind: 'wrong-signature'; readonly at: 0; readonly signature: string; readonly wanted: string }
  /** The bytes do not add up to 0 modulo 256; `right` is the checksum with which they would. */
  | {
      readonly kind: 'wrong-checksum'
      readonly at: number
      readonly checksum: number
      readonly right: number
    }
  /** Something that says it is longer than what is left: cut short, or lying. What is there of it is decoded. */
  | {
      readonly kind: 'past-end'
      readonly at: number
      readonly lengthBytes: number
      readonly hereBytes: number
    }
  /** Something that says it is shorter than its own fields. It is skipped; of length 0, nothing behind it can be found. */
  | {
      readonly kind: 'too-short'
      readonly at: number
      readonly lengthBytes: number
      readonly leastBytes: number
    }
  /** A type that is not known here, or reserved; it is skipped. Without a length, what follows in its block is too. */
  | {
      readonly kind: 'unknown-type'
      readonly at: number
      readonly what: 'structure' | 'device-scope' | 'device-entry'
      readonly type: number
      readonly lengthBytes: number | undefined
    }
  /** Bytes at the end that are too few for anything. */
  | { readonly kind: 'trailing-bytes'; readonly at: number; readonly hereBytes: number }
  /** A name without the zero that ends it. */
  | { readonly kind: 'unterminated-name'; readonly at: number }
  /** A memory region that ends before it starts, or is not of whole pages. `end` is inside. */
  | { readonly kind: 'bad-region'; readonly at: number; readonly start: bigint; readonly end: bigint }
  /** A range of device ids that has a start and no end, or the reverse. */
  | { readonly kind: 'half-range'; readonly at: number }
  /** A table that says it has another number of nodes than it has. */
  | { readonly kind: 'wrong-count'; readonly at: number; readonly count: number; readonly found: number }
  /** A reference to where no node starts. */
  | { readonly kind: 'dangling-reference'; readonly at: number; readonly target: number }
