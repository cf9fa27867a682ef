import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createConnection, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Qmp } from '../qmp.js'
import { type Relay, relayConsole, relayQmp } from './relay.js'

let folder: string
let relay: Relay | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
})
afterEach(() => {
  relay?.close()
  rmSync(folder, { recursive: true })
})

describe('the relay of QMP', () => {
  let qemu: Server
  let own: Qmp
  let toQemu: Socket
  const path = () => join(folder, 'watch.sock')
  beforeEach(async () => {
    // Answers each command with its own name, and refuses one.
    qemu = createServer((client) => {
      toQemu = client
      client.write('{"QMP": {}}\n')
      client.on('data', (text) => {
        for (const line of String(text).trim().split('\n')) {
          const { execute, id, arguments: given } = JSON.parse(line)
          const answer =
            execute === 'nosuch'
              ? { error: { class: 'CommandNotFound', desc: 'not found' } }
              : { return: { execute, given } }
          client.write(`${JSON.stringify({ ...answer, id })}\n`)
        }
      })
    })
    qemu.listen(join(folder, 'qmp.sock'))
    await once(qemu, 'listening')
    own = await Qmp.connect(join(folder, 'qmp.sock'))
    relay = await relayQmp(own, path())
  })
  afterEach(() => {
    own.close()
    qemu.close()
  })

  it('serves several at a time, and tells all of them of events', async () => {
    const [one, two] = await Promise.all([Qmp.connect(path()), Qmp.connect(path())])
    const [a, b] = await Promise.all([one!.run('query-a', { x: 1 }), two!.run('query-b')])
    expect([a, b]).toEqual([
      { execute: 'query-a', given: { x: 1 } },
      { execute: 'query-b', given: {} },
    ])
    const events = [one!, two!].map((qmp) => once(qmp, 'event'))
    toQemu.write('{"event": "STOP", "data": {"y": 2}}\n')
    for (const event of await Promise.all(events)) expect(event).toEqual([{ event: 'STOP', data: { y: 2 } }])
    one!.close()
    expect(await two!.run('query-c')).toMatchObject({ execute: 'query-c' })
    two!.close()
  })

  it("passes QEMU's refusals on, and says when QEMU has gone", async () => {
    const qmp = await Qmp.connect(path())
    await expect(qmp.run('nosuch')).rejects.toMatchObject({ errorClass: 'CommandNotFound' })
    own.close()
    await once(own, 'close')
    await expect(qmp.run('query-a')).rejects.toThrow('QEMU has gone')
    qmp.close()
  })

  it.each([
    ['no JSON', '{"execute": '],
    ['no command', '{"id": 7}'],
  ])('answers %s with an error', async (_, line) => {
    const client = createConnection(path())
    client.setEncoding('utf8').write(`${line}\n`)
    let said = ''
    client.on('data', (text) => (said += text))
    await expect.poll(() => said).toContain('"error"')
    client.destroy()
  })
})

describe('the relay of a console', () => {
  const joined = async () => {
    const client = createConnection(join(folder, 'console.sock'))
    const said = { text: '' }
    client.setEncoding('utf8').on('data', (text) => (said.text += text))
    await once(client, 'connect')
    return { client, said }
  }

  it('shows who joins what was said last, and lets all of them type', async () => {
    const input = new PassThrough()
    const log = join(folder, 'console.log')
    const made = await relayConsole(input, join(folder, 'console.sock'), log)
    relay = made
    made.write(Buffer.from('before '))
    const one = await joined()
    await expect.poll(() => one.said.text).toBe('before ')
    const two = await joined()
    await expect.poll(() => two.said.text).toBe('before ')
    made.write(Buffer.from('after'))
    await expect.poll(() => [one.said.text, two.said.text]).toEqual(['before after', 'before after'])
    one.client.write('a')
    await expect.poll(() => String(input.read() ?? '')).toBe('a')
    one.client.end()
    two.client.write('b')
    await expect.poll(() => String(input.read() ?? '')).toBe('b')
    expect(readFileSync(log, 'utf8')).toBe('before after')
    two.client.destroy()
  })

  it('keeps the end of what was said, and not all', async () => {
    const log = join(folder, 'console.log')
    const made = await relayConsole(new PassThrough(), join(folder, 'console.sock'), log)
    relay = made
    const megabyte = Buffer.alloc(1024 ** 2, 'x')
    for (let i = 0; i < 4; i++) made.write(megabyte)
    made.write(Buffer.from('end'))
    const kept = readFileSync(log, 'utf8')
    expect(kept.length).toBeGreaterThanOrEqual(512 * 1024)
    expect(kept.length).toBeLessThanOrEqual(1024 ** 2)
    expect(kept.endsWith('xend')).toBe(true)
    const { client, said } = await joined()
    await expect.poll(() => said.text.length).toBe(4_000)
    client.destroy()
  })
})
