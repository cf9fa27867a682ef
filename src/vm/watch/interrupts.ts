import type { Host } from '../../host/index.js'
import { type Fact, readFact } from '../../machine/index.js'

export const interruptsPath = '/proc/interrupts'

/** What vfio has set up for a device's interrupts, and how often each came. */
export interface Interrupts {
  readonly kind: 'MSI-X' | 'MSI' | 'INTx'
  /** How often, on all processors together, by `IRQ name`: `24 vfio-msix[0](0000:01:00.0)`. */
  readonly counts: ReadonlyMap<string, number>
  /** Others on the line of an INTx, whose interrupts are in the count too. */
  readonly sharedWith: readonly string[]
}

/** Linux drivers/vfio/pci/vfio_pci_intrs.c, vfio_intx_enable and vfio_msi_set_vector_signal; 6.1 to 7.3. */
const vfioName = /^vfio-(intx|msix?)(?:\[\d+\])?\(([0-9a-f:.]+)\)$/
const kinds: Readonly<Record<string, Interrupts['kind']>> = { intx: 'INTx', msi: 'MSI', msix: 'MSI-X' }

interface Growing {
  readonly kind: Interrupts['kind']
  readonly counts: Map<string, number>
  readonly sharedWith: string[]
}

/** By the address of the device. One that is not there has no interrupt set up. */
export function readInterrupts(host: Host): Fact<ReadonlyMap<string, Interrupts>> {
  return readFact(host, interruptsPath, parseInterrupts)
}

/**
 * A header of processors; then a line per interrupt: its number, a count per processor, the chip, and after the last gap the
 * names of those who asked for it (Linux kernel/irq/proc.c show_interrupts; 7.3: irq_seq_show). Undefined: it is not that.
 */
export function parseInterrupts(text: string): ReadonlyMap<string, Interrupts> | undefined {
  const [header = '', ...lines] = text.split('\n')
  const processors = header.match(/\bCPU\d+/g)?.length
  if (processors === undefined) return undefined
  const found = new Map<string, Growing>()
  for (const line of lines) {
    const [, irq, rest] = /^ *(\d+):(.*)$/.exec(line) ?? []
    if (irq === undefined || !rest!.includes('vfio-')) continue
    const counts = rest!.trim().split(/ +/, processors).map(Number)
    if (counts.length < processors || counts.some(Number.isNaN)) return undefined
    const total = counts.reduce((sum, one) => sum + one, 0)
    const names = rest!.trimEnd().split(/ {2,}/).at(-1)!.split(', ')
    for (const name of names) {
      const [, kind, address] = vfioName.exec(name) ?? []
      if (kind === undefined) continue
      const of: Growing = found.get(address!) ?? { kind: kinds[kind]!, counts: new Map(), sharedWith: [] }
      found.set(address!, of)
      of.counts.set(`${irq} ${name}`, total)
      of.sharedWith.push(...names.filter((other) => other !== name))
    }
  }
  return found
}

/**
 * Interrupts per second of those that were there both times; null: none was, or their counts began anew (they are of
 * processors that are on, and of an interrupt number that may have been given away between).
 */
export function interruptRate(before: Interrupts, after: Interrupts, seconds: number): number | null {
  let came = 0
  let compared = 0
  for (const [name, count] of after.counts) {
    const old = before.counts.get(name)
    if (old === undefined) continue
    if (count < old) return null
    came += count - old
    compared++
  }
  return compared === 0 || seconds <= 0 ? null : came / seconds
}
