import type { ReportedFunction } from './report.js'

/**
 * One entry for every address, sorted. Where a text tells of a function several times (`lspci -nn`, then `lspci -vvv`),
 * each thing is taken from the first place that tells it.
 */
export function mergeReports(functions: readonly ReportedFunction[]): readonly ReportedFunction[] {
  const byAddress = new Map<string, ReportedFunction>()
  for (const one of functions) {
    const before = byAddress.get(one.address)
    byAddress.set(one.address, before === undefined ? one : merge(before, one))
  }
  return [...byAddress.values()].sort(
    (a, b) => a.address.length - b.address.length || (a.address < b.address ? -1 : 1),
  )
}

function merge(a: ReportedFunction, b: ReportedFunction): ReportedFunction {
  const shown = a.capabilities.length > 0 ? a : b.capabilities.length > 0 ? b : a.accessDenied ? a : b
  const detailed = a.lines.size > 0 || a.unknownHeader ? a : b
  return {
    address: a.address,
    title: hasIds(a.title) || !hasIds(b.title) ? a.title : b.title,
    group: a.group ?? b.group,
    lines: new Map([...b.lines, ...a.lines]),
    bars: (a.bars.length > 0 && a.bars[0]!.index !== undefined) || b.bars.length === 0 ? a.bars : b.bars,
    rom: a.rom ?? b.rom,
    unknownHeader: detailed.unknownHeader,
    capabilities: shown.capabilities,
    accessDenied: shown.accessDenied,
    rows: a.rows.length > 0 ? a.rows : b.rows,
    complete: shown.capabilities.length > 0 ? shown.complete : detailed.complete,
  }
}

function hasIds(title: string): boolean {
  return /\b[0-9a-f]{4}:[0-9a-f]{4}\b/.test(title)
}
