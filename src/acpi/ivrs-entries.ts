/** Device entries of an IVHD: which devices the IOMMU covers, and what their interrupts may do. */
import {
  type Decoded,
  decode,
  deviceId,
  flag,
  type Layout,
  layout,
  names,
  number,
  type Place,
  textAt,
} from './layout.js'
import type { OpenTable } from './table.js'

const setting: Place = [0x03, 1]
const settingLabel = ['Data Setting (decoded below)', 'Data Setting']

export const deviceEntryLayout = layout({
  /** Bus, device and function in 16 bits. */
  deviceId: number([0x01, 2], '48882 IVHD device entry: DeviceID', 'Device ID'),
  initPass: flag(setting, 0, '48882 DTE setting: INITPass; ACPI_IVHD_INIT_PASS', settingLabel),
  externalInterruptPass: flag(setting, 1, '48882 DTE setting: EIntPass; ACPI_IVHD_EINT_PASS', settingLabel),
  nmiPass: flag(setting, 2, '48882 DTE setting: NMIPass; ACPI_IVHD_NMI_PASS', settingLabel),
  systemManagement: names(
    setting,
    [4, 5],
    '48882 DTE setting: SysMgt; ACPI_IVHD_SYSTEM_MGMT; coreboot IVHD_DTE_SYS_MGT_*',
    settingLabel,
    ['aborted', 'untranslated', 'INTx untranslated', 'translated'],
  ),
  lint0Pass: flag(setting, 6, '48882 DTE setting: Lint0Pass; ACPI_IVHD_LINT0_PASS', settingLabel),
  lint1Pass: flag(setting, 7, '48882 DTE setting: Lint1Pass; ACPI_IVHD_LINT1_PASS', settingLabel),
})

export const aliasEntryLayout = layout({
  ...deviceEntryLayout.rows,
  /** The id under which the device's requests arrive. */
  sourceId: number([0x05, 2], '48882 IVHD alias entry: Source DeviceID', 'Source Used Device ID'),
})

export const extendedEntryLayout = layout({
  ...deviceEntryLayout.rows,
  atsDisabled: flag(
    [0x04, 4],
    31,
    '48882 extended DTE setting: AtsDisabled; ACPI_IVHD_ATS_DISABLED',
    'Extended Data',
  ),
})

export const specialEntryLayout = layout({
  ...deviceEntryLayout.rows,
  /** APIC id or HPET number. */
  handle: number([0x04, 1], '48882 IVHD special device: Handle', 'Handle'),
  sourceId: number([0x05, 2], '48882 IVHD special device: Source DeviceID', 'Source Used Device ID'),
  variety: names(
    [0x07, 1],
    null,
    '48882 IVHD special device: Variety; ACPI_IVHD_IOAPIC, ACPI_IVHD_HPET',
    'Variety',
    [null, 'ioapic', 'hpet'],
  ),
})

export const acpiEntryLayout = layout({
  ...deviceEntryLayout.rows,
  hardwareId: deviceId(0x04, '48882 IVHD ACPI device: ACPI HID', 'ACPI HID'),
  /** 0: none. */
  compatibleId: deviceId(0x0c, '48882 IVHD ACPI device: ACPI CID', 'ACPI CID'),
  uidFormat: names([0x14, 1], null, '48882 IVHD ACPI device: UID Format; ACPI_IVRS_UID_*', 'UID Format', [
    'none',
    'integer',
    'text',
  ]),
  uidBytes: number([0x15, 1], '48882 IVHD ACPI device: UID Length', 'UID Length'),
})

interface Placed<K extends string> {
  readonly kind: K
  readonly at: number
  readonly lengthBytes: number
}

type Plain = 'padding' | 'all' | 'select' | 'range-start' | 'range-end'
type Alias = 'alias-select' | 'alias-range-start'
type Extended = 'extended-select' | 'extended-range-start'

export type DeviceEntry =
  | (Placed<Plain> & Decoded<typeof deviceEntryLayout>)
  | (Placed<Alias> & Decoded<typeof aliasEntryLayout>)
  | (Placed<Extended> & Decoded<typeof extendedEntryLayout>)
  | (Placed<'special'> & Decoded<typeof specialEntryLayout>)
  | (Placed<'acpi'> &
      Decoded<typeof acpiEntryLayout> & {
        /** `null`: it has none, or one of a format that is not known. */
        readonly uid: string | bigint | null
      })

/** By type (48882 IVHD Device Entry Type Codes; ACPI_IVRS_TYPE_*). */
const entryTypes: ReadonlyMap<number, { readonly kind: DeviceEntry['kind']; readonly layout: Layout }> =
  new Map([
    [0x00, { kind: 'padding', layout: deviceEntryLayout }],
    [0x01, { kind: 'all', layout: deviceEntryLayout }],
    [0x02, { kind: 'select', layout: deviceEntryLayout }],
    [0x03, { kind: 'range-start', layout: deviceEntryLayout }],
    [0x04, { kind: 'range-end', layout: deviceEntryLayout }],
    [0x40, { kind: 'padding', layout: deviceEntryLayout }],
    [0x42, { kind: 'alias-select', layout: aliasEntryLayout }],
    [0x43, { kind: 'alias-range-start', layout: aliasEntryLayout }],
    [0x46, { kind: 'extended-select', layout: extendedEntryLayout }],
    [0x47, { kind: 'extended-range-start', layout: extendedEntryLayout }],
    [0x48, { kind: 'special', layout: specialEntryLayout }],
    [0xf0, { kind: 'acpi', layout: acpiEntryLayout }],
  ])

/** Types below this say their length in their upper two bits: 4, 8, 16 or 32 bytes. */
const firstTypeOfAnyLength = 0xf0

/** Decodes the entries from `start` to `end`, the end of their block. */
export function decodeEntries(table: OpenTable, start: number, end: number): DeviceEntry[] {
  const { view, problems } = table
  const entries: DeviceEntry[] = []
  let open: number | undefined
  for (let at = start; at < end; ) {
    const hereBytes = end - at
    const type = view.getUint8(at)
    const lengthBytes = entryBytes(view, at, end)
    const known = entryTypes.get(type)
    if (known === undefined)
      problems.push({ kind: 'unknown-type', at, what: 'device-entry', type, lengthBytes })
    // Without its length, the next one cannot be found.
    if (lengthBytes === undefined) break
    if (lengthBytes > hereBytes) {
      problems.push({ kind: 'past-end', at, lengthBytes, hereBytes })
      break
    }
    if (known !== undefined) {
      const { kind, layout } = known
      const fields = decode(layout, view, at, end)
      const uid = kind === 'acpi' ? { uid: uidAt(view, at) } : {}
      entries.push({ kind, at, lengthBytes, ...fields, ...uid } as DeviceEntry)
      if (kind.endsWith('range-start') || kind === 'range-end') {
        // A start that follows a start, and an end without a start.
        if ((kind === 'range-end') === (open === undefined))
          problems.push({ kind: 'half-range', at: open ?? at })
        open = kind === 'range-end' ? undefined : at
      }
    }
    at += lengthBytes
  }
  if (open !== undefined) problems.push({ kind: 'half-range', at: open })
  return entries
}

/** The length of the entry at `at`; undefined where its type does not tell. */
function entryBytes(view: DataView, at: number, end: number): number | undefined {
  const type = view.getUint8(at)
  if (type < firstTypeOfAnyLength) return 4 << (type >> 6)
  if (type !== 0xf0) return undefined
  const { sizeBytes, rows } = acpiEntryLayout
  return at + sizeBytes > end ? sizeBytes : sizeBytes + view.getUint8(at + rows.uidBytes.at)
}

function uidAt(view: DataView, at: number): string | bigint | null {
  const { sizeBytes, rows } = acpiEntryLayout
  const format = rows.uidFormat.names[view.getUint8(at + rows.uidFormat.at)]
  const bytes = view.getUint8(at + rows.uidBytes.at)
  if (format === 'text') return textAt(view, at + sizeBytes, bytes)
  return format === 'integer' && bytes === 8 ? view.getBigUint64(at + sizeBytes, true) : null
}
