/** A line of /proc/interrupts. `flow`: `edge` where the kernel prints what handles it (x86), `Level` or `Edge` where it prints that. */
export interface MadeInterrupt {
  readonly irq: number
  readonly counts: readonly number[]
  readonly chip: string
  readonly hwirq: number
  readonly flow: 'edge' | 'fasteoi' | 'Level' | 'Edge'
  readonly names: readonly string[]
}

const left = (text: string, width: number) => text.padEnd(width)
const right = (value: number, width: number) => String(value).padStart(width)

/** What stands after the counts is written the same way (kernel/irq/proc.c). */
const rest = ({ flow, names }: MadeInterrupt) =>
  `${/^[A-Z]/.test(flow) ? ` ${left(flow, 8)}` : `-${left(flow, 8)}`}${names.length > 0 ? `  ${names.join(', ')}` : ''}`

/** After the interrupts of devices those of the processors (arch/x86/kernel/irq.c arch_show_interrupts). */
const ofProcessors = (width: number, processors: number) =>
  `${'NMI'.padStart(width)}: ${Array(processors).fill(right(7, 10)).join(' ')}   Non-maskable interrupts\n${'ERR'.padStart(width)}: ${right(0, 10)}\n`

const header = (width: number, processors: number) =>
  `${''.padStart(width + 8)}${Array.from({ length: processors }, (_, i) => left(`CPU${i}`, 11)).join('')}\n`

/** As Linux 6.1 and 6.12 print them (kernel/irq/proc.c show_interrupts). */
export function interrupts61(all: readonly MadeInterrupt[], processors = 2, width = 3): string {
  const lines = all.map(
    (one) =>
      `${right(one.irq, width)}: ${one.counts.map((count) => `${right(count, 10)} `).join('')} ${one.chip.padStart(8)} ${right(one.hwirq, width)}${rest(one)}\n`,
  )
  return header(width, processors) + lines.join('') + ofProcessors(width, processors)
}

/** As Linux 7.3 prints them (kernel/irq/proc.c irq_seq_show). */
export function interrupts73(all: readonly MadeInterrupt[], processors = 2, width = 4): string {
  const chips = Math.max(8, ...all.map(({ chip }) => chip.length))
  const lines = all.map(
    (one) =>
      `${right(one.irq, width)}:${one.counts.map((count) => ` ${right(count, 10)}`).join('')}  ${left(one.chip, chips)} ${right(one.hwirq, width)}${rest(one)}\n`,
  )
  return header(width, processors) + lines.join('') + ofProcessors(width, processors)
}
