/**
 * Sockets of a run that several may join at a time: QEMU serves one client on each of its own, and this program is that client.
 */

import { once } from 'node:events'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import type { Writable } from 'node:stream'
import { type Qmp, QmpClosedError, QmpError, type QmpEvent } from '../qmp.js'

/** Serves QMP on the socket `path`: commands go to `qmp`, its events to everybody (QEMU docs/interop/qmp-spec.rst). */
export async function relayQmp(qmp: Qmp, path: string): Promise<Relay> {
  const clients = new Set<Socket>()
  const tell = (client: Socket, message: object) => client.write(`${JSON.stringify(message)}\n`)
  qmp.on('event', (event: QmpEvent) => {
    for (const client of clients) tell(client, event)
  })
  return serve(path, clients, (client) => {
    tell(client, { QMP: { version: {}, capabilities: [] } })
    let buffered = ''
    client.setEncoding('utf8').on('data', (text: string) => {
      const lines = `${buffered}${text}`.split('\n')
      buffered = lines.pop()!
      for (const line of lines) if (line.trim()) void answer(qmp, line).then((said) => tell(client, said))
    })
  })
}

async function answer(qmp: Qmp, line: string): Promise<object> {
  let asked: {
    readonly execute?: unknown
    readonly arguments?: Record<string, unknown>
    readonly id?: unknown
  }
  try {
    asked = JSON.parse(line) as typeof asked
    if (typeof asked.execute !== 'string') throw new SyntaxError('no "execute"')
  } catch (error) {
    return { error: { class: 'GenericError', desc: `JSON parse error: ${(error as Error).message}` } }
  }
  const id = asked.id === undefined ? {} : { id: asked.id }
  // This session has left negotiation mode already.
  if (asked.execute === 'qmp_capabilities') return { return: {}, ...id }
  try {
    return { return: await qmp.run(asked.execute as string, asked.arguments), ...id }
  } catch (error) {
    if (error instanceof QmpError)
      return { error: { class: error.errorClass, desc: error.description }, ...id }
    if (error instanceof QmpClosedError)
      return { error: { class: 'GenericError', desc: error.message }, ...id }
    throw error
  }
}

/** How much of the console who joins is shown first: about a screen. */
export const shownBytes = 4_000

export interface ConsoleRelay extends Relay {
  /** What the console says. */
  write(chunk: Buffer): void
}

/**
 * Serves a console on the socket `path`: whoever joins is shown what it said last, then what it says; what they type goes to
 * `input`. What it says is kept in the file `log`, the last {@link keptBytes} of it at least.
 */
export async function relayConsole(input: Writable, path: string, log: string): Promise<ConsoleRelay> {
  const clients = new Set<Socket>()
  const kept = new KeptTail(log)
  let last = Buffer.alloc(0)
  const relay = await serve(path, clients, (client) => {
    client.write(last)
    client.on('data', (chunk) => input.write(chunk))
  })
  return {
    ...relay,
    write(chunk) {
      last = Buffer.concat([last, chunk]).subarray(-shownBytes)
      kept.append(chunk)
      for (const client of clients) client.write(chunk)
    },
  }
}

const keptBytes = 512 * 1024

/** A file that grows to twice {@link keptBytes}, and then loses its beginning: it lies in memory. */
class KeptTail {
  #sizeBytes = 0

  constructor(private readonly file: string) {
    writeFileSync(file, '', { mode: 0o600 })
  }

  append(chunk: Buffer): void {
    appendFileSync(this.file, chunk)
    this.#sizeBytes += chunk.length
    if (this.#sizeBytes <= 2 * keptBytes) return
    const tail = readFileSync(this.file).subarray(-keptBytes)
    writeFileSync(this.file, tail)
    this.#sizeBytes = tail.length
  }
}

export interface Relay {
  /** Ends it, and everybody's session. */
  close(): void
}

async function serve(path: string, clients: Set<Socket>, onClient: (client: Socket) => void): Promise<Relay> {
  const server = createServer((client) => {
    clients.add(client)
    client.on('error', () => undefined) // `close` follows
    client.on('close', () => clients.delete(client))
    onClient(client)
  })
  server.listen(path)
  await once(server, 'listening')
  return {
    close() {
      server.close()
      for (const client of clients) client.end()
    },
  }
}
