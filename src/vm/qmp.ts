/**
 * A QMP client: QEMU's JSON protocol over a UNIX socket.
 * Source: QEMU docs/interop/qmp-spec.rst.
 */

import { EventEmitter } from 'node:events'
import { createConnection, type Socket } from 'node:net'

/** QEMU answered a command with an error. `description` is QEMU's own sentence. */
export class QmpError extends Error {
  constructor(
    readonly command: string,
    readonly errorClass: string,
    readonly description: string,
  ) {
    super(`QEMU refused ${command}: ${description}`)
    this.name = 'QmpError'
  }
}

/** The connection ended, or never came about. */
export class QmpClosedError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'QmpClosedError'
  }
}

export interface QmpEvent {
  readonly event: string
  readonly data?: Record<string, unknown>
}

interface Waiter {
  readonly command: string
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * One QMP session. Events arrive as `event` (a {@link QmpEvent}); `close` when the connection ended, after which every
 * command in flight and every later one fails with {@link QmpClosedError}.
 */
export class Qmp extends EventEmitter<{ event: [QmpEvent]; close: [] }> {
  #waiting = new Map<number, Waiter>()
  #nextId = 1
  #buffered = ''
  #closed = false

  private constructor(private readonly socket: Socket) {
    super()
    socket.setEncoding('utf8')
    socket.on('data', (text: string) => this.#receive(text))
    socket.on('error', () => undefined) // `close` follows
    socket.on('close', () => this.#end())
  }

  /**
   * Connects and leaves negotiation mode. The socket may not exist yet: it is tried until `timeoutMs` has passed or
   * `gaveUp` says that QEMU is gone.
   */
  static async connect(path: string, timeoutMs = 15_000, gaveUp: () => boolean = () => false): Promise<Qmp> {
    const deadline = Date.now() + timeoutMs
    for (;;) {
      try {
        const socket = await open(path)
        const qmp = new Qmp(socket)
        // QEMU takes one connection at a time; the next one is accepted, and hears nothing until that one ends.
        const late = setTimeout(() => qmp.close(), Math.max(0, deadline - Date.now()))
        await qmp.run('qmp_capabilities').finally(() => clearTimeout(late))
        return qmp
      } catch (error) {
        if (gaveUp()) throw new QmpClosedError(`QEMU ended before its QMP socket ${path} answered`)
        if (Date.now() > deadline) {
          throw new QmpClosedError(
            `no answer on QMP socket ${path} within ${timeoutMs} ms: ${(error as Error).message}`,
          )
        }
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    }
  }

  /** Runs one command and gives its `return`. Throws {@link QmpError} or {@link QmpClosedError}. */
  run(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    if (this.#closed) return Promise.reject(new QmpClosedError(`${command}: QEMU has gone`))
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { command, resolve, reject })
      this.socket.write(`${JSON.stringify({ execute: command, arguments: args, id })}\n`)
    })
  }

  close(): void {
    this.socket.destroy()
  }

  #receive(text: string): void {
    this.#buffered += text
    const lines = this.#buffered.split('\n')
    this.#buffered = lines.pop() ?? ''
    for (const line of lines) if (line.trim()) this.#handle(JSON.parse(line))
  }

  #handle(message: {
    id?: number
    return?: unknown
    error?: { class: string; desc: string }
    event?: string
  }): void {
    if (message.event) {
      this.emit('event', message as QmpEvent)
      return
    }
    const waiter = message.id === undefined ? undefined : this.#waiting.get(message.id)
    if (!waiter) return // the greeting
    this.#waiting.delete(message.id!)
    if (message.error) waiter.reject(new QmpError(waiter.command, message.error.class, message.error.desc))
    else waiter.resolve(message.return)
  }

  #end(): void {
    this.#closed = true
    for (const waiter of this.#waiting.values()) {
      waiter.reject(new QmpClosedError(`${waiter.command}: QEMU closed the connection`))
    }
    this.#waiting.clear()
    this.emit('close')
  }
}

function open(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path)
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve(socket)
    })
  })
}
