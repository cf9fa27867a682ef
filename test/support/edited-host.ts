import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Host, type Read, recordedHost } from '../../src/host/index.js'
import { type Made, madeHost } from './made-host.js'

/** By path: what stands there in place of what stood there; null: nothing, there and below. */
export type Edits = Readonly<Record<string, Made | null>>

/** The laboratory's own computer, as test/recordings/record.sh recorded it, with edits. */
export function lab(edits: Edits = {}): Host {
  return edited(labRecording(), edits)
}

let recording: Host | undefined

function labRecording(): Host {
  const file = join(import.meta.dirname, '../recordings/lab.json')
  recording ??= recordedHost(readFileSync(file, 'utf8'), 'the laboratory')
  return recording
}

/** `host` with edits. Folders list what edits put into them. */
export function edited(host: Host, edits: Edits): Host {
  const gone = Object.keys(edits).filter((path) => edits[path] === null)
  const made = madeHost(
    Object.fromEntries(Object.entries(edits).filter(([, one]) => one !== null)) as Record<string, Made>,
  )
  const isGone = (path: string) => gone.some((one) => path === one || path.startsWith(`${one}/`))
  const read = <T>(path: string, look: (from: Host) => Read<T>): Read<T> => {
    if (typeof edits[path] !== 'undefined' && edits[path] !== null) return look(made)
    return isGone(path) ? { kind: 'absent' } : look(host)
  }
  return {
    kind: host.kind,
    name: host.name,
    readText: (path) => read(path, (from) => from.readText(path)),
    readBytes: (path, limit) => read(path, (from) => from.readBytes(path, limit)),
    readLink: (path) => read(path, (from) => from.readLink(path)),
    version: (path) => read(path, (from) => from.version(path)),
    list(path) {
      const before = read(path, (from) => from.list(path))
      const added = made.list(path)
      if (before.kind !== 'value' && added.kind !== 'value') return before
      if (before.kind === 'denied' || before.kind === 'error') return before
      const names = [
        ...(before.kind === 'value' ? before.value : []),
        ...(added.kind === 'value' ? added.value : []),
      ]
      const left = names.filter((name) => !isGone(`${path}/${name}`))
      return { kind: 'value', value: [...new Set(left)].sort() }
    },
  }
}
