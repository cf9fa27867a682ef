/**
 * Where a text stops being JSON: JSON.parse does not say in all its messages, and differently in each Node version.
 * The text's length where it ends too early.
 */
export function findJsonMistake(text: string): number {
  const token =
    // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these in strings (RFC 8259, 7)
    /[ \t\n\r]*(?:("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([[\]{},:]))/y
  /** What closes the arrays and objects that are open. */
  const open: string[] = []
  /** What may come next: a value, a key, or one of these signs. */
  let next: readonly string[] = ['value']
  const afterValue = () => (open.length === 0 ? [] : [',', open.at(-1)!])
  while (true) {
    const at = token.lastIndex
    const found = token.exec(text)
    if (found === null) return at + text.slice(at).search(/[^ \t\n\r]|$/)
    const [, string, scalar, sign] = found
    const start = token.lastIndex - (string ?? scalar ?? sign)!.length
    if (sign === '{' && next.includes('value')) {
      open.push('}')
      next = ['key', '}']
    } else if (sign === '[' && next.includes('value')) {
      open.push(']')
      next = ['value', ']']
    } else if (sign !== undefined && next.includes(sign)) {
      if (sign === open.at(-1)) {
        open.pop()
        next = afterValue()
      } else next = sign === ',' && open.at(-1) === '}' ? ['key'] : ['value']
    } else if (string !== undefined && next.includes('key')) next = [':']
    else if (sign === undefined && next.includes('value')) next = afterValue()
    else return start
  }
}
