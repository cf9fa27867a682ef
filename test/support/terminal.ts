import { type Terminal, terminal } from '../../src/cli/terminal.js'

/** A terminal that keeps what is written to it. `columns`: as on a terminal of that width; none: as into a pipe. */
export function keepingTerminal(columns?: number, env: Readonly<Record<string, string>> = { NO_COLOR: '1' }) {
  const kept = { out: '', err: '' }
  const stream = (name: keyof typeof kept) => ({
    isTTY: columns !== undefined,
    columns,
    write(text: string) {
      kept[name] += text
    },
  })
  const made: Terminal = terminal(stream('out'), stream('err'), env)
  return Object.assign(made, { kept })
}
