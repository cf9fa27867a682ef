/** Bytes as lines of text, 16 to a line after their offset, and back. */

const bytesPerLine = 16

/** A line whose bytes are all zero is left out. */
export function toHexLines(bytes: Uint8Array): string[] {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += bytesPerLine) {
    const line = bytes.subarray(at, at + bytesPerLine)
    if (line.some((byte) => byte !== 0))
      lines.push(`${hex(at, 3)}: ${Array.from(line, (byte) => hex(byte, 2)).join(' ')}`)
  }
  return lines
}

/** Puts a line's bytes in their place. False, with nothing promised about `into`, for a line of another form. */
export function fromHexLine(line: string, into: Uint8Array): boolean {
  const colon = line.indexOf(':')
  if (colon < 3 || colon > 8) return false
  let at = 0
  for (let i = 0; i < colon; i++) {
    const digit = digitAt(line, i)
    if (digit < 0) return false
    at = at * 16 + digit
  }
  // After the colon: a space and two digits for every byte.
  const end = line.length
  if ((end - colon - 1) % 3 !== 0 || end === colon + 1 || end > colon + 1 + 3 * bytesPerLine) return false
  for (let i = colon + 1; i < end; i += 3, at++) {
    const high = digitAt(line, i + 1)
    const low = digitAt(line, i + 2)
    if (line.charCodeAt(i) !== 0x20 || high < 0 || low < 0 || at >= into.length) return false
    into[at] = high * 16 + low
  }
  return true
}

/** A lower-case hexadecimal digit, or -1. */
function digitAt(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  return code >= 0x61 && code <= 0x66 ? code - 0x57 : -1
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
