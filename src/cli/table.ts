import { displayWidth, elide, escapeText, type Span, type Style } from './text.js'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** A column that gives way where the terminal is narrow, down to this many characters. */
  readonly least?: number
}

export interface Row {
  readonly cells: readonly string[]
  readonly style?: Style | undefined
}

const gap = '  '

/** Lays rows out in columns. Columns with a `least` are shortened, the widest first, until the table fits `width`. */
export function table(
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
): readonly (readonly Span[])[] {
  const texts = rows.map((row) => row.cells.map(escapeText))
  const widths = columns.map(({ title }, i) =>
    Math.max(displayWidth(title), ...texts.map((cells) => displayWidth(cells[i] ?? ''))),
  )
  let excess = widths.reduce((sum, one) => sum + one, 0) + gap.length * (columns.length - 1) - width
  while (excess > 0) {
    let widest = -1
    for (const [i, { least }] of columns.entries())
      if (least !== undefined && widths[i]! > least && (widest < 0 || widths[i]! > widths[widest]!))
        widest = i
    if (widest < 0) break
    widths[widest]!--
    excess--
  }

  const line = (cells: readonly string[], style: Style | undefined): readonly Span[] => {
    const text = columns
      .map(({ align }, i) => {
        const cell = elide(cells[i] ?? '', widths[i]!)
        const fill = ' '.repeat(widths[i]! - displayWidth(cell))
        return align === 'right' ? fill + cell : cell + fill
      })
      .join(gap)
      .trimEnd()
    return [{ text, style } satisfies Span]
  }
  return [
    line(
      columns.map(({ title }) => title),
      'bold',
    ),
    ...texts.map((cells, i) => line(cells, rows[i]!.style)),
  ]
}
