/** Ctrl-C, SIGTERM and a closed terminal: the first and the second of them. */
export class StopRequests {
  readonly #controllers = [new AbortController(), new AbortController()] as const
  readonly #names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  readonly #received = () => this.#controllers.find(({ signal }) => !signal.aborted)?.abort()

  constructor() {
    for (const name of this.#names) process.on(name, this.#received)
  }

  get first(): AbortSignal {
    return this.#controllers[0].signal
  }

  get second(): AbortSignal {
    return this.#controllers[1].signal
  }

  close(): void {
    for (const name of this.#names) process.off(name, this.#received)
  }
}

export function raised(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
