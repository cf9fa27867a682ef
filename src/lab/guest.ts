import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { LabError } from './errors.js'
import { lineReader, type Reply, type Request } from './protocol.js'

export interface RunOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** All of the command's standard input. */
  readonly input?: string | Uint8Array
  readonly onStdout?: (chunk: Buffer) => void
  readonly onStderr?: (chunk: Buffer) => void
}

export interface RunResult {
  readonly status: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command that runs in the laboratory's computer. */
export interface GuestCommand {
  write(chunk: string | Uint8Array): void
  endInput(): void
  kill(signal?: NodeJS.Signals): void
  readonly ended: Promise<RunResult>
}

/** Runs commands in the laboratory's computer, over the agent's connection. */
export class Guest {
  #nextId = 1
  #commands = new Map<number, { reply: (message: Reply) => void; fail: (error: Error) => void }>()
  #ready: Promise<void>
  #gone: LabError | undefined

  constructor(
    private readonly socket: Socket,
    /** A connection through another process's lab is ready from the start. */
    ready = false,
  ) {
    let isReady: () => void = () => undefined
    this.#ready = ready ? Promise.resolve() : new Promise((resolve) => (isReady = resolve))
    const receive = lineReader<Reply>((message) => {
      if ('ready' in message) isReady()
      else this.#commands.get(message.id)?.reply(message)
    })
    socket.on('data', receive)
    socket.on('error', () => undefined) // `close` follows
    socket.on('close', () => {
      this.#gone = new LabError("the laboratory's computer has gone")
      for (const command of this.#commands.values()) command.fail(this.#gone)
      this.#commands.clear()
    })
  }

  /** Resolves when the agent answers. The caller bounds the wait. */
  ready(): Promise<void> {
    return this.#ready
  }

  /** Starts a program, or a line for `sh -c`. */
  start(command: readonly string[] | string, options: RunOptions = {}): GuestCommand {
    const id = this.#nextId++
    const argv = typeof command === 'string' ? ['/bin/sh', '-c', command] : command
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const ended = new Promise<RunResult>((resolve, reject) => {
      if (this.#gone) return reject(this.#gone)
      const reply = (message: Reply) => {
        if ('stdout' in message) {
          const chunk = Buffer.from(message.stdout, 'base64')
          stdout.push(chunk)
          options.onStdout?.(chunk)
        } else if ('stderr' in message) {
          const chunk = Buffer.from(message.stderr, 'base64')
          stderr.push(chunk)
          options.onStderr?.(chunk)
        } else if ('failed' in message) {
          this.#commands.delete(id)
          reject(new LabError(`${argv[0]} cannot be run in the laboratory: ${message.failed}`))
        } else if ('status' in message) {
          this.#commands.delete(id)
          const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString()
          resolve({
            status: message.status,
            signal: message.signal,
            stdout: text(stdout),
            stderr: text(stderr),
          })
        }
      }
      this.#commands.set(id, { reply, fail: reject })
    })
    ended.catch(() => undefined) // reported to whoever awaits it, also when that is later
    const { cwd, env } = options
    this.#send({ id, argv, ...(cwd ? { cwd } : {}), ...(env ? { env } : {}) })
    return {
      write: (chunk) => this.#send({ id, input: Buffer.from(chunk).toString('base64') }),
      endInput: () => this.#send({ id, endOfInput: true }),
      kill: (signal = 'SIGTERM') => this.#send({ id, signal }),
      ended,
    }
  }

  /** Runs a program, or a line for `sh -c`, to its end. */
  run(command: readonly string[] | string, options: RunOptions = {}): Promise<RunResult> {
    const running = this.start(command, options)
    if (options.input !== undefined) running.write(options.input)
    running.endInput()
    return running.ended
  }

  /** Runs a command that must succeed; gives its standard output. */
  async succeed(command: readonly string[] | string, options: RunOptions = {}): Promise<string> {
    const { status, signal, stdout, stderr } = await this.run(command, options)
    if (status === 0) return stdout
    const what = typeof command === 'string' ? command : command.join(' ')
    throw new LabError(
      `in the laboratory, ${what} ended with ${signal ?? `status ${status}`}`,
      `${stdout}${stderr}`,
    )
  }

  close(): void {
    this.socket.destroy()
  }

  /** Lets other processes run commands too, through a UNIX socket: each connection speaks the agent's protocol. */
  async share(path: string): Promise<Server> {
    rmSync(path, { force: true })
    const server = createServer((client) => {
      const ids = new Map<number, number>()
      const receive = lineReader<Request>((request) => {
        if ('argv' in request) {
          const id = this.#nextId++
          ids.set(request.id, id)
          const reply = (message: Reply) => {
            if ('status' in message || 'failed' in message) this.#commands.delete(id)
            client.write(`${JSON.stringify({ ...message, id: request.id })}\n`)
          }
          this.#commands.set(id, { reply, fail: () => client.destroy() })
          this.#send({ ...request, id })
        } else {
          const id = ids.get(request.id)
          if (id !== undefined) this.#send({ ...request, id })
        }
      })
      client.on('data', receive)
      client.on('error', () => undefined)
      client.on('close', () => {
        // Whoever started a command has gone: so does the command.
        for (const id of ids.values()) if (this.#commands.has(id)) this.#send({ id, signal: 'SIGHUP' })
      })
    })
    server.listen(path)
    await once(server, 'listening')
    return server
  }

  #send(request: Request): void {
    this.socket.write(`${JSON.stringify(request)}\n`)
  }
}

/** Joins the laboratory that another process has started and shares at `path`. */
export async function joinGuest(path: string): Promise<Guest> {
  const socket = createConnection(path)
  await once(socket, 'connect')
  return new Guest(socket, true)
}
