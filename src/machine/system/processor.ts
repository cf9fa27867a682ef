import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readFact } from '../read.js'

export const processorPath = '/proc/cpuinfo'

/** The first processor, as /proc/cpuinfo has it (Linux arch/x86/kernel/cpu/proc.c show_cpuinfo). */
export interface Processor {
  /** `GenuineIntel`, `AuthenticAMD`; null where the line is not there: not x86. */
  readonly vendor: string | null
  /** Family, model and stepping as decimal numbers, as Linux prints them. */
  readonly family: number | null
  readonly model: number | null
  readonly name: string | null
  /** Lower-case words: `vmx`, `svm`, `hypervisor`, ... */
  readonly flags: ReadonlySet<string>
  /** Width of a physical address, bits. */
  readonly physicalBits: number | null
}

export function readProcessor(host: Host): Fact<Processor> {
  return readFact(host, processorPath, (text) => {
    const first = text.split('\n\n')[0]!
    const field = (name: string) => new RegExp(`^${name}[ \\t]*: (.*)$`, 'm').exec(first)?.[1] ?? null
    const numberOf = (text: string | null | undefined) => (text ? Number.parseInt(text, 10) : null)
    return {
      vendor: field('vendor_id'),
      family: numberOf(field('cpu family')),
      model: numberOf(field('model')),
      name: field('model name'),
      flags: new Set((field('flags') ?? '').split(' ').filter(Boolean)),
      physicalBits: numberOf(/(\d+) bits physical/.exec(field('address sizes') ?? '')?.[1]),
    }
  })
}
