import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { change, madeRoot, removeRoots, snapshot } from '../../test/support/made-root.js'
import { liveDisk } from '../changes/index.js'
import { liveHost, rootedHost } from '../host/index.js'
import { carryOut, type Tools, undoEntry } from './carry-out.js'
import { readJournal } from './journal.js'

/** As carry-out.test.ts, but nothing is thrown: a process is killed by SIGKILL, and what it started runs on. */
const top = resolve(import.meta.dirname, '../..')
beforeAll(() => {
  execFileSync(join(top, 'scripts/build.sh'), { stdio: 'inherit' })
}, 120_000)
afterEach(removeRoots)

function run(way: 'apply' | 'undo', root: string, when: string) {
  const words = [join(top, 'test/support/killed.mjs'), way, root, when, JSON.stringify(change)]
  const { signal, status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' })
  if (signal === null && status !== 0) throw new Error(stderr)
  const isKilled = signal === 'SIGKILL'
  return { isKilled, ...((isKilled ? {} : JSON.parse(stdout)) as { steps: number; running: number }) }
}

/** The tools for what is done after the kill, in this process. */
const tools = (root: string): Tools => ({
  host: rootedHost(liveHost(), root),
  disk: liveDisk({ root, enter: (argv) => ['env', '-C', root, ...argv] }),
  writer: { write: async () => 'done', close: () => undefined },
  limits: { closeMs: 0, writeMs: 0 },
  privileged: true,
  report: () => undefined,
  run: () => Promise.resolve(),
})
const apply = (root: string) =>
  carryOut({ changes: [change], refusals: [] }, tools(root), { root, asked: 'handover apply' })
/** Undoes the last entry; there is none where the kill came before the first line of the journal. */
async function undo(root: string): Promise<void> {
  const entry = readJournal(root).at(-1)
  if (entry) await undoEntry(entry, tools(root), { root })
}

describe('a kill', { timeout: 120_000 }, () => {
  it('before any step of making is mended by undoing, and by making again', async () => {
    const whole = madeRoot().root
    const { steps } = run('apply', whole, '-1')
    expect(steps).toBeGreaterThan(15)
    for (let at = 0; at < steps; at++) {
      const { root } = madeRoot()
      const before = snapshot(root)
      expect(run('apply', root, String(at)).isKilled).toBe(true)
      await undo(root)
      expect(snapshot(root), `killed before step ${at}`).toEqual(before)
      await apply(root)
      expect(snapshot(root), `killed before step ${at}`).toEqual(snapshot(whole))
    }
  })

  it('before any step of undoing is mended by undoing again', async () => {
    for (let at = 0, isKilled = true; isKilled; at++) {
      const { root } = madeRoot()
      const before = snapshot(root)
      await apply(root)
      ;({ isKilled } = run('undo', root, String(at)))
      await undo(root)
      expect(snapshot(root), `killed before step ${at}`).toEqual(before)
    }
  })

  it('while a command runs leaves the command running: undoing waits for its end', async () => {
    const { running } = run('apply', madeRoot().root, '-1')
    const { root, put } = madeRoot()
    put('/bin/make', 'echo 1 >boot/menu; sleep 2; echo 2 >boot/second; echo 3 >boot/third\n')
    const before = snapshot(root)
    expect(run('apply', root, `${running}+500`).isKilled).toBe(true)
    expect(snapshot(root)['/boot/menu']).toContain('1')
    expect(snapshot(root)['/boot/third']).toBeUndefined()
    await undo(root)
    expect(snapshot(root)).toEqual(before)
  })
})

describe('many at a time', { timeout: 120_000 }, () => {
  it('are one after the other', async () => {
    const { root } = madeRoot()
    // Fails where another one is in there.
    const script = `
import { mkdirSync, rmdirSync } from 'node:fs'
import { alone } from '${top}/dist/plan/lock.js'
const work = async () => {
  mkdirSync('${root}/busy')
  await new Promise(setImmediate)
  rmdirSync('${root}/busy')
}
for (let i = 0; i < 200; i++)
  await alone('${root}', work).catch((error) => {
    if (error.name !== 'BusyError') throw error
  })`
    const words = ['--input-type=module', '-e', script]
    await Promise.all([1, 2, 3, 4].map(() => promisify(execFile)(process.execPath, words)))
  })
})
