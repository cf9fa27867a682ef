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
    return linkOf(
      knownValue(speed) || null,
      knownValue(width) ?? null,
      knownValue(maxSpeed) || null,
      knownValue(maxWidth) ?? null,
    )
  }
  const express = capabilityOf(f, 'express')
  if ('unknown' in express || express.value === null) return express as Fact<null>
  const { linkCapabilities, linkStatus } = express.value.fields
  if (linkCapabilities === null || linkStatus === null) return { value: null }
  return linkOf(
    speedOf(linkStatus.speed),
    linkStatus.width || null,
    speedOf(linkCapabilities.maxSpeed),
    linkCapabilities.maxWidth ?? null,
  )
}

/** `8.0 GT/s PCIe`, `8 GT/s` before Linux 5.8; `Unknown` or `Unknown speed` for none: 0. */
function parseSpeed(text: string): number | undefined {
  if (text.startsWith('Unknown')) return 0
  const speed = Number.parseFloat(text)
  return Number.isNaN(speed) ? undefined : speed
}

/** `8GT/s` in the register's own words; a number is a code that has no name yet. */
function speedOf(name: string | number | undefined): number | null {
  return typeof name === 'string' ? Number.parseFloat(name) : null
}

/** A width of 0 and no speed: there is no link (an endpoint inside the root complex), or it is down. */
function linkOf(
  speedGTs: number | null,
  width: number | null,
  maxSpeedGTs: number | null,
  maxWidth: number | null,
): Fact<Link | null> {
  if (!maxSpeedGTs && !maxWidth) return { value: null }
  return { value: { speedGTs, width, maxSpeedGTs, maxWidth } }
}
