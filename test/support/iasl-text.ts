/** What iasl says of an ACPI table (`iasl -d`), read back, and compared with what this program says of it. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meaningOf } from '../../src/acpi/index.js'
import type { AcpiPart } from './acpi-parts.js'

export interface IaslLine {
  readonly at: number
  readonly bytes: number
  readonly label: string
  readonly value: string
  /** The lines below it that say its single bits. */
  readonly bits: readonly { readonly label: string; readonly value: number }[]
}

/** `[024h 0036 001h]   Host Address Width : 26`; older versions print the size in decimal, without an h. */
const linePattern = /^\[([0-9A-F]+)h \d+ +([0-9A-F]+)(h?)\] *(.+?) : (.*)$/
const bitPattern = /^ +(\S.*?) : ([0-9A-F]+)$/

export function parseIasl(text: string): IaslLine[] {
  const lines: (IaslLine & { bits: { label: string; value: number }[] })[] = []
  for (const line of text.split(/\r?\n/)) {
    const found = linePattern.exec(line)
    const bit = bitPattern.exec(line)
    if (found) {
      const [, at, bytes, isHex, label, value] = found
      lines.push({
        at: Number.parseInt(at!, 16),
        bytes: Number.parseInt(bytes!, isHex ? 16 : 10),
        label: label!,
        value: value!.trim(),
        bits: [],
      })
    } else if (bit) lines.at(-1)?.bits.push({ label: bit[1]!, value: Number.parseInt(bit[2]!, 16) })
  }
  return lines
}

/** What iasl calls single bits, by this program's names. */
const bitLabels: Readonly<Record<string, string>> = {
  htTunnel: 'HtTunEn',
  passPostedWrites: 'PassPW',
  responsePassPostedWrites: 'ResPassPW',
  isochronous: 'Isoc Control',
  iotlb: 'Iotlb Support',
  coherent: 'Coherent',
  prefetch: 'Prefetch Support',
  pageRequests: 'PPR Support',
  unityMap: 'Unity',
  readable: 'Readable',
  writable: 'Writeable',
  exclusionRange: 'Exclusion Range',
  initPass: 'INITPass',
  externalInterruptPass: 'EIntPass',
  nmiPass: 'NMIPass',
  lint0Pass: 'LINT0 Pass',
  lint1Pass: 'LINT1 Pass',
  isSingle: 'Single Mapping',
  transientHint: 'Transient',
  writeAllocateHint: 'Write Allocate',
  readAllocateHint: 'Read Allocate',
  overrideHints: 'Override',
  coherentPath: 'Coherency',
  cacheableAttributes: 'Device Attribute',
  ensuredCoherency: 'Ensured Coherency of Accesses',
  dvm: 'DVM Supported',
  coherentWalk: 'Coherent Walk',
  overridesCoherency: 'COHACC Override',
  hasProximityDomain: 'Proximity Domain Valid',
  hasDeviceId: 'DeviceID Valid',
  mayRemap: 'Remapping Permitted',
  privileged: 'Access Privileged',
}

export interface IaslComparison {
  /** How many fields both told, alike or not. */
  readonly compared: number
  readonly disagreements: readonly string[]
}

/** Compares every field of every part with iasl's line for it, and every line of iasl with the parts. */
export function compareWithIasl(lines: readonly IaslLine[], parts: readonly AcpiPart[]): IaslComparison {
  const disagreements: string[] = []
  const told = new Set<IaslLine>()
  let compared = 0
  const isUnknown = unknownTo(lines)
  const lineAt = (at: number, labels: readonly string[]) =>
    lines.find((line) => line.at === at && labels.includes(line.label))
  const same = (where: string, ours: unknown, theirs: unknown) => {
    compared++
    if (ours !== theirs) disagreements.push(`${where}: ${String(ours)}, iasl: ${String(theirs)}`)
  }
  for (const { name, at, layout, fields, more } of parts) {
    if (isUnknown(at)) continue
    for (const [key, row] of Object.entries(layout.rows)) {
      const where = `${hex(at)} ${name} ${key}`
      if (row.optional && fields[key] === undefined) continue
      const line = lineAt(at + row.at, row.iasl)
      if (!line) {
        // A row without a name of iasl's is the upper half of a line that another row found.
        if (row.iasl.length > 0) disagreements.push(`${where}: iasl tells nothing`)
        continue
      }
      told.add(line)
      if (row.show === 'text' || row.show === 'device-id') {
        same(where, fields[key], textOrNumber(line.value))
        continue
      }
      const raw = BigInt(`0x${line.value.split(' ')[0]}`)
      same(
        where,
        fields[key],
        meaningOf(row, (raw >> BigInt(row.lo)) & ((1n << BigInt(row.hi - row.lo + 1)) - 1n)),
      )
      const bit = line.bits.find(({ label }) => label === bitLabels[key])
      if (bit) same(`${where}, its bit`, fields[key], bit.value === 1)
    }
    for (const { at, label, value } of more) {
      const line = lineAt(at, label === 'Subtable Type' ? [label, 'Entry Type'] : [label])
      if (line) told.add(line)
      const first = line?.value.split(' ')[0]
      same(
        `${hex(at)} ${name} ${label}`,
        value,
        line === undefined
          ? undefined
          : typeof value === 'bigint'
            ? BigInt(`0x${first}`)
            : unquoted(line.value),
      )
    }
  }
  for (const line of lines)
    if (!told.has(line) && !silent.has(line.label) && !isUnknown(line.at))
      disagreements.push(`${hex(line.at)} iasl alone: ${line.label}: ${line.value}`)
  return { compared, disagreements }
}

/**
 * What an iasl older than the table does not know: in DMAR all from there on (it stops; SIDP), in IVRS that structure
 * (types 11h and 40h, and 51h which no specification names).
 */
function unknownTo(lines: readonly IaslLine[]): (at: number) => boolean {
  const stops = lines[0]?.value.startsWith('"DMAR"')
  const unknown = lines
    .filter(({ label, value }) => label === 'Subtable Type' && value.includes('[Unknown Subtable Type]'))
    .map(({ at }) => {
      const length = lines.find((line) => line.at === at + 2 && line.label === 'Length')!.value
      return { at, end: stops ? Number.POSITIVE_INFINITY : at + Number.parseInt(length, 16) }
    })
  return (at) => unknown.some((one) => one.at <= at && at < one.end)
}

/** Lines of iasl that need no part: reserved bytes, and a heading. */
const silent: ReadonlySet<string> = new Set(['Reserved', 'Padding', 'Optional Padding', 'Memory Properties'])

function textOrNumber(value: string): string | number {
  return value.startsWith('"') ? unquoted(value) : Number.parseInt(value, 16)
}

function unquoted(value: string): string {
  return (/^"(.*?)"/.exec(value)?.[1] ?? value).trimEnd()
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}

/** The version of the iasl on this computer; undefined where there is none. */
export function iaslVersion(): string | undefined {
  try {
    return /version (\d+)/.exec(execFileSync('iasl', ['-v'], { encoding: 'utf8', stdio: 'pipe' }))?.[1]
  } catch {
    return undefined
  }
}

/** What `iasl -d` writes about a table. */
export function runIasl(table: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'handover-iasl-'))
  try {
    writeFileSync(join(folder, 'table.aml'), table)
    execFileSync('iasl', ['-d', 'table.aml'], { cwd: folder, stdio: 'pipe' })
    return readFileSync(join(folder, 'table.dsl'), 'utf8')
  } finally {
    rmSync(folder, { recursive: true })
  }
}
