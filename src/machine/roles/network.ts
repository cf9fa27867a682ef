import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import type { Evidence, Unknown } from '../machine.js'
import { readFact, readList, readTarget } from '../read.js'
import type { RoleFindings } from './search.js'

/** Linux include/uapi/linux/route.h */
const RTF_UP = 0x0001
const RTF_REJECT = 0x0200

interface Route {
  readonly path: string
  readonly line: string
  readonly via: string
}

/**
 * Finds the functions that default routes go through, down through bridges, bonds and VLANs. /proc/net/route shows the
 * main table and of several next hops the first (Linux net/ipv4/fib_trie.c): routes chosen by policy alone are not seen.
 */
export function findNetwork(host: Host, findings: RoleFindings): void {
  for (const [path, parse] of [
    ['/proc/net/route', parseIpv4],
    ['/proc/net/ipv6_route', parseIpv6],
  ] as const) {
    const read = host.readText(path)
    if (read.kind === 'absent' && path === '/proc/net/ipv6_route') continue // a kernel without IPv6
    const routes = readFact(host, path, parse)
    if ('unknown' in routes) {
      findings.unknown('network', routes)
      continue
    }
    for (const route of routes.value) follow(host, route, findings)
  }
}

function follow(host: Host, route: Route, findings: RoleFindings): void {
  const unknown: Unknown[] = []
  const found = below(host, route.via, unknown, new Set())
  for (const { address, evidence } of found)
    findings.found('network', address, [{ path: route.path, value: route.line }, ...evidence])
  // The ports of a bridge are the way out and the taps of virtual machines alike: one way out is the answer.
  if (found.length === 0) for (const one of unknown) findings.unknown('network', one)
}

function below(
  host: Host,
  name: string,
  unknown: Unknown[],
  seen: Set<string>,
): readonly { readonly address: string; readonly evidence: readonly Evidence[] }[] {
  if (seen.has(name)) return []
  seen.add(name)
  const link = `/sys/class/net/${name}`
  const target = readTarget(host, link)
  if ('unknown' in target) {
    unknown.push(target)
    return []
  }
  if (target.value === null) {
    unknown.push({ unknown: 'absent', path: link })
    return []
  }
  const address = functionOfPath(target.value)
  if (address) return [{ address, evidence: [{ path: link, value: target.value }] }]

  const entries = readList(host, link)
  const lower = 'value' in entries ? (entries.value ?? []).filter((entry) => entry.startsWith('lower_')) : []
  if (lower.length === 0) {
    unknown.push(
      'unknown' in entries
        ? entries
        : { unknown: `${name} does not say what carries it`, path: target.value },
    )
    return []
  }
  return lower.flatMap((entry) =>
    below(host, entry.slice('lower_'.length), unknown, seen).map((one) => ({
      address: one.address,
      evidence: [{ path: link, value: entry }, ...one.evidence],
    })),
  )
}

/** `Iface Destination Gateway Flags RefCnt Use Metric Mask ...`, numbers in hexadecimal. */
function parseIpv4(text: string): readonly Route[] {
  return lines(text).flatMap((line) => {
    const [via = '', destination, , flags = '', , , , mask] = line.split(/\s+/)
    const isDefault = destination === '00000000' && mask === '00000000' && usable(flags)
    return isDefault ? [{ path: '/proc/net/route', line: `default via ${via}`, via }] : []
  })
}

/** `destination length source length gateway metric references use flags device` (Linux net/ipv6/route.c). */
function parseIpv6(text: string): readonly Route[] {
  return lines(text).flatMap((line) => {
    const [destination = '', length, , , , , , , flags = '', via = ''] = line.trim().split(/\s+/)
    const isDefault = /^0{32}$/.test(destination) && length === '00' && usable(flags)
    return isDefault ? [{ path: '/proc/net/ipv6_route', line: `default via ${via}`, via }] : []
  })
}

function usable(flags: string): boolean {
  const bits = Number.parseInt(flags, 16)
  return (bits & RTF_UP) !== 0 && (bits & RTF_REJECT) === 0
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '')
}
