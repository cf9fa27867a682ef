import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { type Processor, readProcessor } from './processor.js'

/**
 * What is known of the computer beside its PCI functions: processor, kernel, memory, programs. Each fact is read when it is
 * first asked for, and then kept.
 */
export class System {
  readonly #host: Host
  readonly #kept = new Map<string, unknown>()

  constructor(host: Host) {
    this.#host = host
  }

  get processor(): Fact<Processor> {
    return this.#once('processor', readProcessor)
  }

  #once<T>(name: string, read: (host: Host) => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, read(this.#host))
    return this.#kept.get(name) as T
  }
}
