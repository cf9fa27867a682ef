import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { keepingTerminal } from '../../test/support/terminal.js'
import { stateFolder } from '../changes/index.js'
import { commands } from './commands.js'
import { folder, warnOfHalfDone } from './half-done.js'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
})

/** What is said of a computer with these files in the folder of the journal. */
async function said(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'handover-half-'))
  roots.push(root)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(root, folder, name, '..'), { recursive: true })
    writeFileSync(join(root, folder, name), text)
  }
  const terminal = keepingTerminal(80)
  await warnOfHalfDone(terminal, root)
  expect(terminal.kept.out).toBe('')
  return terminal.kept.err
}

const head = (schema = 'handover.journal/1') =>
  `${JSON.stringify({ schema, id: 2, at: 'x', bootId: null, asked: 'handover apply p', changes: [] })}\n`
const line = (did: string) => `${JSON.stringify({ at: 'x', did })}\n`
const cut = { '2/journal': head() }

describe('a command that only reads', () => {
  it('warns of a change that was cut off', async () => {
    expect(await said(cut)).toBe('2 (handover apply p) was cut off; to put it back: sudo handover undo 2\n')
  })

  it('says nothing where nothing was', async () => {
    expect(await said({})).toBe('')
    expect(await said({ '2/journal': head() + line('done') })).toBe('')
    expect(await said({ '2/journal': head() + line('undone') })).toBe('')
  })

  it('takes what is being done now for no accident', async () => {
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const err = await said({ ...cut, lock: `${process.pid} ${start}\n` })
    expect(err).toContain(`process ${process.pid}`)
    expect(err).not.toContain('cut off')
  })

  it('goes on where the journal cannot be read', async () => {
    expect(await said({ '2/journal': 'no JSON\n' })).toContain('not known:')
    expect(await said({ '2/journal': head('handover.journal/9') })).toContain('another version')
    expect(await said({ '2/journal/x': '' })).toContain('EISDIR')
  })
})

it('looks where the journal is written', () => expect(folder).toBe(stateFolder))

it('every command with --host is one', () => {
  for (const { name, options = [], reads } of commands)
    if (options.some(({ long }) => long === 'host')) expect(reads, name).toBe(true)
})
