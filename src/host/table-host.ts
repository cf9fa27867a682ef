import type { FileBytes, Host, Read } from './host.js'
import { firstBytes } from './trace.js'

type Table<T> = Readonly<Record<string, T | Read<T>>>

/** For tests: a host that answers from tables. A path in none of them is absent. */
export function tableHost(
  tables: {
    readonly text?: Table<string>
    readonly bytes?: Table<FileBytes>
    readonly link?: Table<string>
    readonly list?: Table<readonly string[]>
    readonly version?: Table<string>
  },
  kind: Host['kind'] = 'live',
): Host {
  const look = <T extends object | string>(table: Table<T> | undefined, path: string): Read<T> => {
    if (table === undefined || !Object.hasOwn(table, path)) return { kind: 'absent' }
    const found = table[path]!
    return typeof found === 'object' && 'kind' in found
      ? (found as Read<T>)
      : { kind: 'value', value: found as T }
  }
  return {
    kind,
    name: 'a table',
    readText: (path) => look(tables.text, path),
    readBytes: (path, limitBytes = Number.POSITIVE_INFINITY) =>
      firstBytes(look<FileBytes>(tables.bytes, path), limitBytes),
    readLink: (path) => look(tables.link, path),
    list(path) {
      const read = look(tables.list, path)
      return read.kind === 'value' ? { kind: 'value', value: read.value.toSorted() } : read
    },
    version: (path) => look(tables.version, path),
  }
}
