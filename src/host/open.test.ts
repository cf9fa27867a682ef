import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, describe, expect, it } from 'vitest'
import { OpenHostError, openHost, RecordingError, recordingFormat } from './index.js'
import { LspciTextError } from './lspci-text.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-open-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = (name: string, content: string | Uint8Array) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}
const recording = JSON.stringify({
  format: recordingFormat,
  program: 'handover 0.1.0',
  recorded: '2025-01-02T03:04:05Z',
  pseudonyms: true,
  files: { '/proc/cmdline': { text: 'quiet\n' } },
})
const lspci = '00:00.0 Host bridge [0600]: X [8086:1237]\n'
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])

describe('openHost', () => {
  it.each([
    ['a recording', recording, 'recording'],
    ['a recording after white space', `\n  ${recording}`, 'recording'],
    ['lspci text', lspci, 'lspci'],
    ['lspci text from a Windows editor', utf16(lspci.replaceAll('\n', '\r\n')), 'lspci'],
    [
      'lspci text with bytes of another encoding',
      Buffer.concat([Buffer.from(lspci), Buffer.from([0xe4, 0x0a])]),
      'lspci',
    ],
  ])('tells %s by what is in it', async (_, content, kind) => {
    const path = file('host.txt', content)
    const host = await openHost(path)
    expect([host.kind, host.name]).toEqual([kind, path])
  })

  const refused = async (path: string): Promise<OpenHostError> => {
    try {
      await openHost(path)
    } catch (error) {
      expect(error).toBeInstanceOf(OpenHostError)
      return error as OpenHostError
    }
    throw new Error(`${path} was opened`)
  }
  const wanted = 'give a recording made by `handover record`, or what `lspci -vvv` printed'

  it('refuses what is neither, and says what to give', async () => {
    expect((await refused(folder)).message).toBe(`${folder}: it is a folder; ${wanted}`)
    expect((await refused('/dev/zero')).message).toBe(`/dev/zero: it is a device; ${wanted}`)
    const empty = file('empty', '')
    expect((await refused(empty)).message).toBe(`${empty}: it is empty; ${wanted}`)
    const binary = file('binary', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0))
    expect((await refused(binary)).message).toBe(`${binary}: it is not text; ${wanted}`)
    const missing = join(folder, 'missing')
    expect(await refused(missing)).toMatchObject({
      file: missing,
      code: 'ENOENT',
      message: `${missing}: cannot be read: there is no such file`,
    })
  })

  it('refuses a recording with a mistake, one from a newer version, and text without a function', async () => {
    expect(await refused(file('cut', recording.slice(0, -5)))).toBeInstanceOf(RecordingError)
    const newer = await refused(file('newer', recording.replace('recording/1', 'recording/2')))
    expect(newer).toBeInstanceOf(RecordingError)
    expect(newer.message).toContain('made by a newer handover')
    expect(await refused(file('prose', 'Hello\n'))).toBeInstanceOf(LspciTextError)
  })

  it('reads standard input to its end, and names it so', async () => {
    const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')!
    const give = (...chunks: string[]) =>
      Object.defineProperty(process, 'stdin', {
        ...stdin,
        get: () => Readable.from(chunks.map((one) => Buffer.from(one))),
      })
    try {
      give(lspci.slice(0, 20), lspci.slice(20))
      const host = await openHost('-')
      expect([host.kind, host.name]).toEqual(['lspci', 'standard input'])
      expect(host.readText('/sys/bus/pci/devices/0000:00:00.0/vendor')).toEqual({
        kind: 'value',
        value: '0x8086\n',
      })
      give()
      expect((await refused('-')).message).toBe(`standard input: it is empty; ${wanted}`)
    } finally {
      Object.defineProperty(process, 'stdin', stdin)
    }
  })
})
