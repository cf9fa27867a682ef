import { execFileSync, spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { change, madeRoot, removeRoots, snapshot } from '../../test/support/made-root.js'

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

describe('a kill', { timeout: 120_000 }, () => {
  it('before any step of making is mended by undoing, and by making again', () => {
    const whole = madeRoot().root
    const { steps } = run('apply', whole, '-1')
    expect(steps).toBeGreaterThan(15)
    for (let at = 0; at < steps; at++) {
      const { root } = madeRoot()
      const before = snapshot(root)
      expect(run('apply', root, String(at)).isKilled).toBe(true)
      // Before the first line of the journal nothing has happened that could be undone.
      if (at > 0) run('undo', root, '-1')
      expect(snapshot(root), `killed before step ${at}`).toEqual(before)
      run('apply', root, '-1')
      expect(snapshot(root), `killed before step ${at}`).toEqual(snapshot(whole))
    }
  })

  it('before any step of undoing is mended by undoing again', () => {
    for (let at = 0, isKilled = true; isKilled; at++) {
      const { root } = madeRoot()
      const before = snapshot(root)
      run('apply', root, '-1')
      ;({ isKilled } = run('undo', root, String(at)))
      run('undo', root, '-1')
      expect(snapshot(root), `killed before step ${at}`).toEqual(before)
    }
  })

  it('while a command runs leaves the command running: undoing waits for its end', () => {
    const { running } = run('apply', madeRoot().root, '-1')
    const { root, put } = madeRoot()
    put('/bin/make', 'echo 1 >boot/menu; sleep 2; echo 2 >boot/second; echo 3 >boot/third\n')
    const before = snapshot(root)
    expect(run('apply', root, `${running}+500`).isKilled).toBe(true)
    expect(snapshot(root)['/boot/menu']).toContain('1')
    expect(snapshot(root)['/boot/third']).toBeUndefined()
    run('undo', root, '-1')
    expect(snapshot(root)).toEqual(before)
  })
})
