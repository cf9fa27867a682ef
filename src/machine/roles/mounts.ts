/** One line of /proc/self/mountinfo (proc(5)). */
export interface Mount {
  /** `259:2`; major 0: no block device of its own (tmpfs, btrfs, overlay, nfs, ...). */
  readonly number: string
  /** What part of the file system is mounted. */
  readonly root: string
  readonly point: string
  readonly type: string
  readonly source: string
  /** Of the file system: `lowerdir=...`, ... */
  readonly options: string
}

/** In the order of the file: of two mounts on one point the later one lies on top. */
export function parseMounts(text: string): readonly Mount[] {
  const mounts: Mount[] = []
  for (const line of text.split('\n')) {
    const words = line.split(' ')
    const dash = words.indexOf('-', 6)
    if (dash < 0 || words.length < dash + 3) continue
    mounts.push({
      number: words[2]!,
      root: unescapeOctal(words[3]!),
      point: unescapeOctal(words[4]!),
      type: words[dash + 1]!,
      source: unescapeOctal(words[dash + 2]!),
      options: words[dash + 3] ?? '',
    })
  }
  return mounts
}

/** The mount that an absolute path lies on. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined
  for (const mount of mounts) {
    const inside = mount.point === '/' || path === mount.point || path.startsWith(`${mount.point}/`)
    if (inside && (!best || mount.point.length >= best.point.length)) best = mount
  }
  return best
}

/** Space, tab, newline and backslash stand as `\040` and so on (Linux fs/proc_namespace.c `mangle`). */
export function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
}

/**
 * The layers of an overlay: `lowerdir` (several with colons; two colons before a data-only one), `lowerdir+`, `datadir+`
 * (Linux 6.8 on), `upperdir`. A colon or comma in a name is escaped with a backslash (Documentation/filesystems/overlayfs.rst).
 */
export function overlayLayers(options: string): readonly string[] {
  const layers: string[] = []
  for (const option of splitEscaped(unescapeOctal(options), ',')) {
    const [, key, value] = /^(lowerdir|upperdir|lowerdir\+|datadir\+)=(.*)$/s.exec(option) ?? []
    if (value === undefined) continue
    const names = key === 'lowerdir' ? splitEscaped(value, ':') : [value]
    layers.push(...names.filter((name) => name !== '').map((name) => name.replace(/\\(.)/g, '$1')))
  }
  return layers
}

function splitEscaped(text: string, separator: string): readonly string[] {
  const parts = ['']
  for (let i = 0; i < text.length; i++) {
    if (text[i] === separator) parts.push('')
    else parts[parts.length - 1] += text[i] === '\\' && i + 1 < text.length ? text[i]! + text[++i]! : text[i]!
  }
  return parts
}
