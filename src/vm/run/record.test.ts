import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  failureOf,
  isAlive,
  noteRun,
  OwnRun,
  processOf,
  type RunRecord,
  readRun,
  readRuns,
  stateOf,
} from './record.js'

const claim = { name: 'm', file: '/m.yaml', memoryBytes: 1, cpus: 1, arguments: [], kept: 'here' }
const at = '2026-11-26T00:00:00.000Z'
const gone = { pid: process.pid, start: '1' }

describe('a run', () => {
  let runs: string
  beforeEach(() => {
    runs = mkdtempSync(join(tmpdir(), 'handover-test-'))
  })
  afterEach(() => rmSync(runs, { recursive: true }))

  it('is claimed by one at a time, and leaves what it said when it has ended', () => {
    const run = OwnRun.claim(claim, runs)
    expect(() => OwnRun.claim(claim, runs)).toThrow('m runs already')
    expect(stateOf(readRun('m', runs)!)).toBe('starting')
    run.note({ qemu: processOf(process.pid) })
    expect(stateOf(readRun('m', runs)!)).toBe('runs')
    for (const file of ['qmp.sock', 'console.log', 'log']) writeFileSync(join(run.folder, file), '')
    run.end({ at, status: 0, failure: null })
    expect(readdirSync(run.folder).sort()).toEqual(['console.log', 'log', 'run.json'])
    expect(readRuns(runs).map(stateOf)).toEqual(['stopped'])
    OwnRun.claim(claim, runs)
    expect(existsSync(join(run.folder, 'console.log'))).toBe(false)
    expect(existsSync(join(run.folder, 'log'))).toBe(true)
  })

  it('is not begun where its sockets could not be named', () => {
    const most = 107 - `${runs}//console.sock`.length
    expect(() => OwnRun.claim({ ...claim, name: 'm'.repeat(most + 1) }, runs)).toThrow('too long')
    expect(readdirSync(runs)).toEqual([])
    OwnRun.claim({ ...claim, name: 'm'.repeat(most) }, runs)
  })

  it('is not taken from one who is claiming it', () => {
    const run = OwnRun.claim(claim, runs)
    rmSync(join(run.folder, 'run.json'))
    expect(() => OwnRun.claim(claim, runs)).toThrow(`m is being started (process ${process.pid})`)
  })

  it('whose watcher was killed is known by the number and the start of its processes', () => {
    const run = OwnRun.claim(claim, runs)
    const here = processOf(process.pid)!
    const state = (more: Partial<RunRecord>) => stateOf({ ...run.record, ...more })
    expect(state({ watcher: gone, qemu: here })).toBe('unwatched')
    expect(state({ watcher: gone, qemu: gone })).toBe('ended badly')
    expect(state({ watcher: gone })).toBe('ended badly')
    expect(state({ ended: { at, status: 1, failure: 'it crashed' } })).toBe('ended badly')
    expect(failureOf({ ...run.record, watcher: gone })).toMatch(/were killed/)
    expect(failureOf({ ...run.record, ended: { at, status: 1, failure: 'it crashed' } })).toBe('it crashed')
    run.note({ watcher: gone, qemu: here })
    expect(() => OwnRun.claim(claim, runs)).toThrow('who watched it was killed: handover vm stop m')
    run.note({ qemu: gone })
    writeFileSync(join(run.folder, 'pid'), `${gone.pid} ${gone.start}\n`)
    expect(stateOf(OwnRun.claim(claim, runs).record)).toBe('starting')
  })

  it('of which a process has ended is not alive, asked how or not', async () => {
    const child = spawn('sleep', ['60'])
    await once(child, 'spawn')
    const known = processOf(child.pid!)
    expect(isAlive(known)).toBe(true)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(isAlive(known)).toBe(false)
    expect(isAlive(null)).toBe(false)
  })

  it('is noted on by others too, while it runs', () => {
    const run = OwnRun.claim(claim, runs)
    noteRun('m', { addresses: ['0000:01:00.0'], journals: [3] }, runs)
    run.note({ accelerator: 'kvm' })
    expect(run.record).toMatchObject({ addresses: ['0000:01:00.0'], journals: [3], accelerator: 'kvm' })
    run.end({ at, status: 0, failure: null })
    expect(() => noteRun('m', { journals: [] }, runs)).toThrow('m does not run')
  })

  it.skipIf(process.geteuid!() !== 0)('that another user has noted is not believed', () => {
    const run = OwnRun.claim(claim, runs)
    chownSync(join(run.folder, 'run.json'), 1234, 1234)
    expect(() => readRun('m', runs)).toThrow('belongs to another user')
  })

  it.each(['{"schema": "handover.run/2"}', '{'])('whose file is %s is not guessed at', (text) => {
    const run = OwnRun.claim(claim, runs)
    OwnRun.claim({ ...claim, name: 'n' }, runs)
    writeFileSync(join(run.folder, 'run.json'), text)
    expect(() => readRuns(runs)).toThrow("run.json is not this version's")
    const unread: string[] = []
    expect(readRuns(runs, ({ message }) => unread.push(message)).map(({ name }) => name)).toEqual(['n'])
    expect(unread).toHaveLength(1)
  })
})
