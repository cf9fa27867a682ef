import { cell } from './explain.js'
import { hasSegments } from './function-table.js'
import { shortAddress } from './groups-text.js'
import type { SlotsDocument } from './schemas/slots.js'
import { type Column, table } from './table.js'
import type { Line } from './text.js'
import { shortName } from './words.js'

const columns: readonly Column[] = [
  { title: 'PORT' },
  { title: 'TYPE', least: 11 },
  { title: 'SLOT', align: 'right' },
  { title: 'LINK AT MOST' },
  { title: 'NOW THERE', least: 16 },
  { title: 'A CARD THERE IS' },
]

/** A table of places; those where a card can be handed over by itself stand out. */
export function slotsText({ slots, functions }: SlotsDocument, width: number): readonly Line[] {
  if (slots.length === 0) return []
  const segments = hasSegments(functions)
  const summaries = new Map(functions.map((f) => [f.address, f]))
  const short = (address: string) => shortAddress(address, segments)
  const rows = slots.map(({ port, type, number, link, occupants, covered, sharesWith }) => ({
    cells: [
      short(port),
      'unknown' in type ? '?' : (type.value ?? 'PCI bridge'),
      cell(number, String),
      cell(link, linkText),
      occupantsText(occupants),
      sharesWith === null
        ? covered
          ? 'in a group not known'
          : 'in no group'
        : sharesWith.length === 0
          ? 'alone in its group'
          : onlyBridges(sharesWith)
            ? 'with bridges only'
            : `with ${short(firstEndpoint(sharesWith))}${more(sharesWith)}`,
    ],
    style: sharesWith !== null && onlyBridges(sharesWith) ? ('green' as const) : undefined,
  }))
  return table(columns, rows, width)

  /** Bridges stay with the host: a card that shares with nothing else can be handed over by itself. */
  function onlyBridges(addresses: readonly string[]): boolean {
    return addresses.every((address) => {
      const { bridge } = summaries.get(address)!
      return 'value' in bridge && bridge.value
    })
  }

  function occupantsText(occupants: readonly string[]): string {
    const [first] = occupants
    if (first === undefined) return ''
    return `${short(first)} ${shortName(summaries.get(first)!)}${more(occupants)}`
  }

  /** One that has to leave its driver along with the card, which is what matters. */
  function firstEndpoint(addresses: readonly string[]): string {
    return addresses.find((address) => !onlyBridges([address]))!
  }

  function more(addresses: readonly string[]): string {
    return addresses.length > 1 ? ` +${addresses.length - 1}` : ''
  }
}

function linkText({
  maxSpeedGTs,
  maxWidth,
}: {
  readonly maxSpeedGTs: number | null
  readonly maxWidth: number | null
}): string {
  return [maxSpeedGTs === null ? '' : `${maxSpeedGTs} GT/s`, maxWidth === null ? '' : `x${maxWidth}`]
    .filter(Boolean)
    .join(' ')
}
