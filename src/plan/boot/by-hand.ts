/** Something of this computer that this program does not change, since it does not know it or is not certain of it. */
export interface ByHand {
  readonly kind: 'by hand'
  /** What was found. */
  readonly because: string
  /** The edit to make by hand. */
  readonly edit: string
}

export function byHand(because: string, edit: string): ByHand {
  return { kind: 'by hand', because, edit }
}
