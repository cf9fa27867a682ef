import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Qmp, QmpClosedError, QmpError, type QmpEvent } from './qmp.js'

type Request = { readonly execute: string; readonly arguments: Record<string, unknown>; readonly id: number }

describe('Qmp', () => {
  let folder: string
  let path: string
  let server: Server
  let client: Socket | undefined
  let answer: (request: Request, client: Socket) => void

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-qmp-'))
    path = join(folder, 'qmp.sock')
    answer = ({ id }, to) => say(to, { return: {}, id })
    server = createServer((connected) => {
      client = connected
      say(connected, { QMP: { version: {}, capabilities: [] } })
      connected.on('data', (text) => {
        for (const line of String(text).trim().split('\n')) answer(JSON.parse(line), connected)
      })
    })
  })

  afterEach(() => {
    client?.destroy()
    server.close()
    rmSync(folder, { recursive: true })
  })

  const say = (to: Socket, message: unknown) => to.write(`${JSON.stringify(message)}\n`)
  const connect = async () => {
    server.listen(path)
    return Qmp.connect(path, 2_000)
  }

  it('waits for the socket and leaves negotiation', async () => {
    const commands: string[] = []
    answer = ({ execute, id }, to) => {
      commands.push(execute)
      say(to, { return: {}, id })
    }
    const connecting = Qmp.connect(path, 2_000)
    setTimeout(() => server.listen(path), 100)
    await connecting
    expect(commands).toEqual(['qmp_capabilities'])
  })

  it('gives each command its own answer, in whatever order they come and however they are cut', async () => {
    const qmp = await connect()
    const held: Request[] = []
    answer = (request, to) => {
      held.push(request)
      if (held.length < 2) return
      const text = held
        .toReversed()
        .map(({ id, execute }) => `${JSON.stringify({ return: execute, id })}\n`)
        .join('')
      to.write(text.slice(0, 7))
      setTimeout(() => to.write(text.slice(7)), 20)
    }
    expect(await Promise.all([qmp.run('a'), qmp.run('b')])).toEqual(['a', 'b'])
  })

  it("throws QEMU's own sentence, and passes on events", async () => {
    const qmp = await connect()
    answer = ({ id }, to) => {
      say(to, { event: 'STOP', timestamp: {} })
      say(to, { error: { class: 'GenericError', desc: 'no such thing' }, id })
    }
    const event = once(qmp, 'event') as Promise<[QmpEvent]>
    const error = await qmp.run('x').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(QmpError)
    expect(error).toMatchObject({ command: 'x', description: 'no such thing' })
    expect((await event)[0].event).toBe('STOP')
  })

  it('fails what is in flight, and all later, when the connection ends', async () => {
    const qmp = await connect()
    answer = (_, to) => to.destroy()
    await expect(qmp.run('quit')).rejects.toBeInstanceOf(QmpClosedError)
    await expect(qmp.run('stop')).rejects.toThrow('QEMU has gone')
  })

  it('gives up in time, or when QEMU is gone', async () => {
    await expect(Qmp.connect(path, 100)).rejects.toThrow(/no answer on QMP socket .* within 100 ms/)
    await expect(Qmp.connect(path, 60_000, () => true)).rejects.toThrow(/QEMU ended before/)
  })

  it('gives up in time where QEMU talks to somebody else', async () => {
    answer = () => undefined
    server.listen(path)
    await expect(Qmp.connect(path, 100)).rejects.toThrow(/no answer on QMP socket .* within 100 ms/)
  })
})
