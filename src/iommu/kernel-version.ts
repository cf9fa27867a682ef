/** A kernel's version as far as its name tells. */
export interface KernelVersion {
  readonly major: number
  readonly minor: number
  /**
   * The stable release. `undefined` where the name hides it: Debian's `6.1.0-50-amd64` and Ubuntu's `6.8.0-45-generic` count
   * packages, not releases. Such kernels follow the end of their line, and count as that.
   */
  readonly patch: number | undefined
}

/** The sources from which this room's facts were read; all three have every row of the tables that does not say otherwise. */
export const sourcesRead = ['6.1.192', '6.12.117', '7.3.4'] as const

/** `6.12.57`, `6.1.0-50-amd64`, `6.8.0-next-20240312+`, `7.3`. Undefined for what begins with no version. */
export function parseKernelVersion(text: string): KernelVersion | undefined {
  const found = /^(\d+)\.(\d+)(?:\.(\d+))?(.*)$/.exec(text.trim())
  if (!found) return undefined
  const [, major, minor, patch, rest] = found
  const hidden = patch === undefined || (patch === '0' && /^-\d/.test(rest!))
  return { major: Number(major), minor: Number(minor), patch: hidden ? undefined : Number(patch) }
}

/**
 * Whether something that came with these releases is in a version. Each release stands for the rest of its stable line; the
 * last one is mainline's, and stands for every line from there on.
 */
export function hasSince(version: KernelVersion, releases: readonly string[]): boolean {
  return releases.some((release, i) => {
    const since = parseKernelVersion(release)!
    const sameLine = version.major === since.major && version.minor === since.minor
    if (sameLine) return (version.patch ?? Number.POSITIVE_INFINITY) >= (since.patch ?? 0)
    return i === releases.length - 1 && compareLines(version, since) > 0
  })
}

/** Whether a version is within one of these spans of stable releases, both ends inside. A hidden release is in none. */
export function isWithin(version: KernelVersion, spans: readonly (readonly [string, string])[]): boolean {
  return spans.some(([first, last]) => {
    const [from, to] = [parseKernelVersion(first)!, parseKernelVersion(last)!]
    return (
      version.major === from.major &&
      version.minor === from.minor &&
      version.patch !== undefined &&
      version.patch >= from.patch! &&
      version.patch <= to.patch!
    )
  })
}

function compareLines(a: KernelVersion, b: KernelVersion): number {
  return a.major - b.major || a.minor - b.minor
}
