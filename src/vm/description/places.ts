import { type Document, isMap } from 'yaml'
import { sections } from './schema.js'

export type Path = readonly (string | number)[]

/** What stands at a path, for a message. */
export function found(raw: unknown, path: Path): string {
  let value = raw
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key]
  return value === undefined ? ', and there is none' : `, found ${JSON.stringify(value).slice(0, 60)}`
}

/** Where the deepest part of a path that stands in the file begins. */
export function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined
    if (node?.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

/** Where a setting's own name stands. */
export function offsetOfKey(document: Document.Parsed, path: Path, key: string): number {
  const map = path.length > 0 ? document.getIn(path, true) : document.contents
  const pair = isMap(map) ? map.items.find((item) => String(item.key) === key) : undefined
  return (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0
}

/** The setting that was meant, where one is a letter or two away; else all that there are. */
export function suggestion(key: string, path: Path): string {
  const names = sections[path[0] ?? '']!
  const near = names.find((name) => distance(name, key.toLowerCase()) <= 2)
  return near ? `; did you mean ${near}?` : `; there are: ${names.join(', ')}`
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + (letter === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
