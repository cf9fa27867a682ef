import type { Host } from '../host/index.js'
import { capabilityOf } from './capability.js'
import type { Fact, Link, PciFunction } from './machine.js'
import { knownValue, parseNumber, readOptional } from './read.js'

/**
 * The PCI Express link below which a function stands. From sysfs where that tells (readable for everybody), else from
 * the function's PCI Express capability (a recording without those files, pasted text).
 * `null`: it has no link of its own, as on conventional PCI or inside the root complex.
 */
export function readLink(
  host: Host,
  folder: string,
  f: Pick<PciFunction, 'address' | 'config'>,
): Fact<Link | null> {
  const speed = readOptional(host, `${folder}/current_link_speed`, parseSpeed)
  if ('value' in speed && speed.value !== null) {
    const width = readOptional(host, `${folder}/current_link_width`, parseNumber)
    const maxSpeed = readOptional(host, `${folder}/max_link_speed`, parseSpeed)
    const maxWidth = readOptional(host, `${folder}/max_link_width`, parseNumber)
    const told = [speed, width, maxSpeed, maxWidth].map((fact) => knownValue(fact) ?? null)
    // An endpoint inside the root complex has the files, and nothing in them.
    return told.every((one) => one === 0) ? { value: null } : { value: linkOf(told) }
  }
  const express = capabilityOf(f, 'express')
  if ('unknown' in express || express.value === null) return express as Fact<null>
  const { linkCapabilities, linkStatus } = express.value.fields
  if (linkCapabilities === null || linkStatus === null) return { value: null }
  const told = [
    speedOf(linkStatus.speed),
    linkStatus.width ?? null,
    speedOf(linkCapabilities.maxSpeed),
    linkCapabilities.maxWidth ?? null,
  ]
  return told.every((one) => one === null)
    ? { unknown: 'the link registers are not told', path: `${folder}/config` }
    : { value: linkOf(told) }
}

/** `8.0 GT/s PCIe`, `8 GT/s` on older kernels; `Unknown` or `Unknown speed` for none: 0. */
function parseSpeed(text: string): number | undefined {
  if (text.startsWith('Unknown')) return 0
  const speed = Number.parseFloat(text)
  return Number.isNaN(speed) ? undefined : speed
}

/** `8GT/s` in the register's own words; a number is a code that has no name yet. */
function speedOf(name: string | number | undefined): number | null {
  return typeof name === 'string' ? Number.parseFloat(name) : null
}

/** Speed, width, and the most of each; 0 is how a link that is down reads. */
function linkOf(told: readonly (number | null)[]): Link {
  const [speedGTs, width, maxSpeedGTs, maxWidth] = told.map((one) => one || null)
  return { speedGTs: speedGTs!, width: width!, maxSpeedGTs: maxSpeedGTs!, maxWidth: maxWidth! }
}
