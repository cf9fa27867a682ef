/**
 * Whether `path` cannot exist because the nearest folder above it whose list is known lacks what leads to it.
 * `listOf`: the names in a folder, `absent` where there is no such folder, undefined where that is not known.
 */
export function isAbsentBelow(
  path: string,
  listOf: (folder: string) => 'absent' | { has(name: string): boolean } | undefined,
): boolean {
  // What `..` means depends on the links on the way: no list can tell.
  if (/\/\.{0,2}(\/|$)/.test(path)) return false
  let nameEnd = path.length
  while (nameEnd > 0) {
    const slash = path.lastIndexOf('/', nameEnd - 1)
    const names = listOf(slash === 0 ? '/' : path.slice(0, slash))
    if (names !== undefined) return names === 'absent' || !names.has(path.slice(slash + 1, nameEnd))
    nameEnd = slash
  }
  return false
}
