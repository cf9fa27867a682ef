/** What all ACPI tables have in common: the header, and a chain of structures that say their type and length. */
import { type Decoded, decode, layout, number, type Place, text } from './layout.js'
import type { AcpiProblem } from './problems.js'

export const tableHeaderLayout = layout({
  signature: text([0x00, 4], 'ACPI System Description Table Header: Signature', 'Signature'),
  lengthBytes: number([0x04, 4], 'ACPI System Description Table Header: Length', 'Table Length'),
  revision: number([0x08, 1], 'ACPI System Description Table Header: Revision', 'Revision'),
  checksum: number([0x09, 1], 'ACPI System Description Table Header: Checksum', 'Checksum'),
  oemId: text([0x0a, 6], 'ACPI System Description Table Header: OEMID', 'Oem ID'),
  oemTableId: text([0x10, 8], 'ACPI System Description Table Header: OEM Table ID', 'Oem Table ID'),
  oemRevision: number([0x18, 4], 'ACPI System Description Table Header: OEM Revision', 'Oem Revision'),
  creatorId: text([0x1c, 4], 'ACPI System Description Table Header: Creator ID', 'Asl Compiler ID'),
  creatorRevision: number(
    [0x20, 4],
    'ACPI System Description Table Header: Creator Revision',
    'Asl Compiler Revision',
  ),
})
export type TableHeader = Decoded<typeof tableHeaderLayout>

/** A table that is being decoded. */
export interface OpenTable {
  readonly view: DataView
  readonly header: TableHeader | null
  /** The end of the table by its own length, at most the end of the bytes. */
  readonly end: number
  /** What was found to be wrong so far; decoders add to it. */
  readonly problems: AcpiProblem[]
}

/** Decodes the header, and checks signature, length and checksum. */
export function openTable(bytes: Uint8Array, wanted: string): OpenTable {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const problems: AcpiProblem[] = []
  const leastBytes = tableHeaderLayout.sizeBytes
  if (bytes.length < leastBytes) {
    problems.push({ kind: 'past-end', at: 0, lengthBytes: leastBytes, hereBytes: bytes.length })
    return { view, header: null, end: bytes.length, problems }
  }
  const header = decode(tableHeaderLayout, view, 0, leastBytes)
  const { signature, lengthBytes } = header
  if (signature !== wanted) problems.push({ kind: 'wrong-signature', at: 0, signature, wanted })
  if (lengthBytes < leastBytes) problems.push({ kind: 'too-short', at: 0, lengthBytes, leastBytes })
  if (lengthBytes > bytes.length)
    problems.push({ kind: 'past-end', at: 0, lengthBytes, hereBytes: bytes.length })
  const end = Math.min(lengthBytes, bytes.length)
  if (end < bytes.length) problems.push({ kind: 'trailing-bytes', at: end, hereBytes: bytes.length - end })
  // Of a table that is not whole the sum cannot be told.
  if (leastBytes <= lengthBytes && lengthBytes <= bytes.length) checkSum(bytes, header, problems)
  return { view, header, end, problems }
}

function checkSum(bytes: Uint8Array, { lengthBytes, checksum }: TableHeader, problems: AcpiProblem[]): void {
  let sum = 0
  for (let i = 0; i < lengthBytes; i++) sum += bytes[i]!
  if (sum % 256 === 0) return
  const right = (((checksum - sum) % 256) + 256) % 256
  problems.push({ kind: 'wrong-checksum', at: tableHeaderLayout.rows.checksum.at, checksum, right })
}

/** One structure of a chain. */
export interface Item {
  readonly at: number
  readonly type: number
  /** As it says itself. */
  readonly lengthBytes: number
  /** Where it ends: not past what it stands in. */
  readonly end: number
}

/** How a structure says what it is and how long. */
export interface ItemHead {
  readonly type: Place
  readonly length: Place
  /** Less is no structure. */
  readonly leastBytes: number
}

/** Walks structures that follow each other from `start` to `end`, and notes what breaks the chain. Always ends. */
export function* walk(
  { view, problems }: OpenTable,
  start: number,
  end: number,
  { type, length, leastBytes }: ItemHead,
): Generator<Item> {
  for (let at = start; at < end; ) {
    const hereBytes = end - at
    if (hereBytes < leastBytes) {
      problems.push({ kind: 'trailing-bytes', at, hereBytes })
      return
    }
    const lengthBytes = readNumber(view, at, length)
    if (lengthBytes < leastBytes) {
      problems.push({ kind: 'too-short', at, lengthBytes, leastBytes })
      return
    }
    if (lengthBytes > hereBytes) problems.push({ kind: 'past-end', at, lengthBytes, hereBytes })
    const itemEnd = Math.min(at + lengthBytes, end)
    yield { at, type: readNumber(view, at, type), lengthBytes, end: itemEnd }
    at = itemEnd
  }
}

function readNumber(view: DataView, at: number, [offset, bytes]: Place): number {
  return bytes === 1 ? view.getUint8(at + offset) : view.getUint16(at + offset, true)
}

/** Whether the item has room for a layout; if not, that is noted. */
export function hasRoom(
  { problems }: OpenTable,
  { at, lengthBytes, end }: Item,
  leastBytes: number,
): boolean {
  if (end - at >= leastBytes) return true
  // A structure that was cut is noted already.
  if (at + lengthBytes === end) problems.push({ kind: 'too-short', at, lengthBytes, leastBytes })
  return false
}

/** How many of `count` things of `sizeBytes` each, from `start` on, end before `end`; if not all, that is noted. */
export function countWithin(
  { problems }: OpenTable,
  start: number,
  count: number,
  sizeBytes: number,
  end: number,
): number {
  const fit = Math.max(0, Math.floor((end - start) / sizeBytes))
  if (count <= fit) return count
  problems.push({
    kind: 'past-end',
    at: start,
    lengthBytes: count * sizeBytes,
    hereBytes: Math.max(0, end - start),
  })
  return fit
}

/** A name that a zero ends, or `end`, which is noted. */
export function nameWithin({ view, problems }: OpenTable, start: number, end: number): string {
  let at = start
  let name = ''
  for (; at < end && view.getUint8(at) !== 0; at++) name += String.fromCharCode(view.getUint8(at))
  if (at >= end) problems.push({ kind: 'unterminated-name', at: start })
  return name
}

/** Notes a memory region that is not one. `end` is inside. */
export function checkRegion({ problems }: OpenTable, at: number, start: bigint, end: bigint): void {
  const pageMask = 0xfffn
  if (end < start || (start & pageMask) !== 0n || ((end + 1n) & pageMask) !== 0n)
    problems.push({ kind: 'bad-region', at, start, end })
}
