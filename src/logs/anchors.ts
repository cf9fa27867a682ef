/** These, and runs of them, count as one space: a mail program breaks a line at a space, and quotes the rest of it. */
const gapBytes = Buffer.from(' \t\r\n>|')
/** Classes of bytes: 0 for those that stand in no text. */
const gap = 1

/**
 * Finds any of many fixed texts in bytes, in one pass and in time that grows with the length alone (A. V. Aho, M. J. Corasick:
 * Efficient String Matching, CACM 18, 1975). Texts are ASCII; a space in one stands for spaces and for a line break.
 */
export class Anchors {
  readonly #classes = new Uint8Array(256)
  /** By state, which is the place of its row, and class: the state that follows, or its complement where a text ends there. */
  readonly #next: Int32Array
  /** Texts that end in a state: their places in the list. */
  readonly #ends = new Map<number, readonly number[]>()

  constructor(texts: readonly string[]) {
    const keys = texts.map((text) => Buffer.from(text.replace(/[\s>|]+/g, ' ')))
    const used = new Set(keys.flatMap((key) => [...key]))
    for (const byte of gapBytes) {
      this.#classes[byte] = gap
      used.delete(byte)
    }
    for (const [at, byte] of [...used].entries()) this.#classes[byte] = gap + 1 + at
    const width = gap + 1 + used.size

    // A tree of the texts. State 0 is its root, and stands for "nowhere" too.
    const most = (1 + keys.reduce((sum, key) => sum + key.length, 0)) * width
    const next = new Int32Array(most)
    let size = width
    for (const [at, key] of keys.entries()) {
      let state = 0
      for (const byte of key) {
        const place = state + this.#classes[byte]!
        if (next[place] === 0) {
          next[place] = size
          size += width
        }
        state = next[place]!
      }
      this.#ends.set(state, [...(this.#ends.get(state) ?? []), at])
    }

    // Where to go on when a text does not: as if it had begun later. Breadth first, so that it is whole for all shorter ones.
    const fallback = new Int32Array(size / width)
    const queue = [0]
    for (const state of queue) {
      const shorter = fallback[state / width]!
      const more = state === 0 ? undefined : this.#ends.get(shorter)
      if (more !== undefined) this.#ends.set(state, [...(this.#ends.get(state) ?? []), ...more])
      for (let sign = 0; sign < width; sign++) {
        const child = next[state + sign]!
        const instead = state === 0 ? 0 : next[shorter + sign]!
        if (child === 0) next[state + sign] = instead
        else {
          fallback[child / width] = instead
          queue.push(child)
        }
      }
    }
    for (const state of queue) {
      // The rest of a gap changes nothing.
      const after = next[state + gap]!
      next[after + gap] = after
    }
    this.#next = next.subarray(0, size).map((state) => (this.#ends.has(state) ? ~state : state))
  }

  /** The place of the last byte of the first text to end in `bytes`, from `from` on and before `to`; -1: there is none. */
  find(bytes: Uint8Array, from: number, to: number): number {
    const [next, classes] = [this.#next, this.#classes]
    let state = 0
    for (let at = from; at < to; at++) {
      state = next[state + classes[bytes[at]!]!]!
      if (state < 0) return at
    }
    return -1
  }

  /** Which texts stand in `text`: their places in the list, lowest first. */
  all(text: string): readonly number[] {
    const found = new Set<number>()
    let state = 0
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at)
      const to = this.#next[state + (code < 256 ? this.#classes[code]! : 0)]!
      state = to < 0 ? ~to : to
      if (to < 0) for (const one of this.#ends.get(state)!) found.add(one)
    }
    return [...found].sort((a, b) => a - b)
  }
}
