/** Follows the two chains of capabilities. Every pointer is taken for a lie until shown otherwise. */
import { type Context, type Definition, definitionOf } from './capabilities/table.js'
import { type Capability, capabilityAt } from './capability.js'
import { type ConfigSpace, conventionalSizeBytes, extendedSizeBytes } from './config-space.js'
import type { Problem } from './problems.js'

/** Capabilities stand after the 64 bytes of header (PCI_STD_HEADER_SIZEOF). */
const firstStandardAt = 0x40
const firstExtendedAt = 0x100

interface Found {
  readonly definition: Definition
  readonly id: number
  readonly extended: boolean
  readonly offset: number
  readonly version: number | undefined
}

export interface Walk {
  readonly capabilities: readonly Capability[]
  readonly problems: readonly Problem[]
  /** The first place that the chains need and that is not known; `undefined`: both were followed to their end. */
  readonly truncatedAt: number | undefined
}

/** @param pointerAt offset of the first pointer, `undefined` for a header that has none */
export function walkCapabilities(
  space: ConfigSpace,
  pointerAt: number | undefined,
  isBridge: boolean | undefined,
): Walk {
  const problems: Problem[] = []
  const found: Found[] = []
  let truncatedAt = walkStandard(space, pointerAt, found, problems)
  const context: Context = { isBridge, expressType: expressTypeOf(space, found, truncatedAt !== undefined) }
  // Only PCI Express and PCI-X (mode 2) have more than 256 bytes.
  if (found.some(({ id }) => id === 0x10 || id === 0x07)) {
    const missingAt = walkExtended(space, found, problems)
    // A PCI-X function is in mode 1 mostly, where there is nothing after 256 bytes to be missed.
    if (context.expressType !== null) truncatedAt ??= missingAt
  }
  for (const capability of found) checkExtent(space, capability, found, context, problems)
  const capabilities = found.map((capability) =>
    capabilityAt(capability.definition, space, capability, context),
  )
  return { capabilities, problems, truncatedAt }
}

function walkStandard(
  space: ConfigSpace,
  pointerAt: number | undefined,
  found: Found[],
  problems: Problem[],
): number | undefined {
  if (pointerAt === undefined) return undefined
  const hasList = space.readBits(0x06, 2, 4)
  if (hasList === undefined) return 0x06
  if (hasList === 0) return undefined
  const seen = new Set<number>()
  for (let at = pointerAt; ; ) {
    const pointer = space.read(at, 1)
    if (pointer === undefined) return at
    if (pointer === 0) return undefined
    if ((pointer & 3) !== 0) problems.push({ kind: 'misaligned-pointer', at, target: pointer })
    const offset = pointer & ~3
    if (!mayFollow(offset, firstStandardAt, at, seen, problems)) return undefined
    const id = space.read(offset, 1)
    if (id === undefined) return offset
    if (id === 0xff) {
      problems.push({ kind: 'broken-chain', at: offset })
      return undefined
    }
    found.push({ definition: definitionOf(id, false), id, extended: false, offset, version: undefined })
    at = offset + 1
  }
}

function walkExtended(space: ConfigSpace, found: Found[], problems: Problem[]): number | undefined {
  const seen = new Set<number>()
  for (let offset = firstExtendedAt; ; ) {
    const id = space.readBits(offset, 4, 0, 15)
    if (id === undefined) return offset
    // No extended capability at all reads as zeros, or as ones where nothing answers.
    const header = space.read(offset, 4)
    if (offset === firstExtendedAt && (header === 0 || header === 0xffffffff)) return undefined
    if (id === 0xffff) {
      problems.push({ kind: 'broken-chain', at: offset })
      return undefined
    }
    const version = space.readBits(offset, 4, 16, 19)
    found.push({ definition: definitionOf(id, true), id, extended: true, offset, version })
    seen.add(offset)
    const next = space.readBits(offset, 4, 20, 31)
    if (next === undefined) return offset
    if (next === 0) return undefined
    if ((next & 3) !== 0) problems.push({ kind: 'misaligned-pointer', at: offset, target: next })
    if (!mayFollow(next & ~3, firstExtendedAt, offset, seen, problems)) return undefined
    offset = next & ~3
  }
}

function mayFollow(
  target: number,
  lowest: number,
  at: number,
  seen: Set<number>,
  problems: Problem[],
): boolean {
  if (target < lowest) problems.push({ kind: 'pointer-too-low', at, target })
  else if (seen.has(target)) problems.push({ kind: 'loop', at, target })
  else {
    seen.add(target)
    return true
  }
  return false
}

function expressTypeOf(
  space: ConfigSpace,
  found: readonly Found[],
  truncated: boolean,
): number | null | undefined {
  const express = found.find(({ definition }) => definition.kind === 'express')
  if (express === undefined) return truncated ? undefined : null
  return space.readBits(express.offset + 0x02, 2, 4, 7)
}

/** Compares what a capability says of its size with what it needs, with the space, and with its neighbours. */
function checkExtent(
  space: ConfigSpace,
  { definition, extended, offset: at }: Found,
  found: readonly Found[],
  context: Context,
  problems: Problem[],
): void {
  const { layout, parts, count, leastBytes = 0 } = definition
  const told = definition.lengthBytes?.(space, at, context)
  const has = parts?.(space, at, context)
  const needed = layout.plan.reduce((size, { register }) => {
    const there = register.part === undefined || has?.(register.part) === true
    return there ? Math.max(size, register.at + register.bytes) : size
  }, 0)
  const lengthBytes = Math.max(told ?? 0, needed)
  if (at + lengthBytes > (extended ? extendedSizeBytes : conventionalSizeBytes)) {
    problems.push({ kind: 'past-end', at, lengthBytes })
  }
  const number = count?.read(space, at)
  if (count !== undefined && number !== undefined && (number < 1 || number > count.most)) {
    problems.push({ kind: 'count-out-of-range', at, count: number, most: count.most })
  }
  if (told === undefined) return
  if (told < leastBytes) problems.push({ kind: 'too-short', at, lengthBytes: told, leastBytes })
  for (const { offset: other } of found) {
    if (other > at && other < at + told) problems.push({ kind: 'overlap', at, lengthBytes: told, other })
  }
}
