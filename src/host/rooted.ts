import { join } from 'node:path'
import type { WritableHost } from './host.js'

/** The host whose root is mounted at `root`: its files, but not what the running kernel shows. */
export function rootedHost(host: WritableHost, root: string): WritableHost {
  if (root === '/') return host
  const at = (path: string) => join(root, path)
  return {
    kind: host.kind,
    name: `the system at ${root}`,
    readText: (path) => host.readText(at(path)),
    readBytes: (path, limit) => host.readBytes(at(path), limit),
    readLink: (path) => host.readLink(at(path)),
    list: (path) => host.list(at(path)),
    version: (path) => host.version(at(path)),
    writeText: (path, text) => host.writeText(at(path), text),
  }
}
