import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serialSector } from '../../test/support/serial-sector.js'
import { isAlive } from '../vm/index.js'
import { schemas } from './schemas/index.js'
import { status } from './status.js'

/** The built program with a real QEMU, as somebody without privilege, whose machines keep to a folder of their own. */
const top = resolve(import.meta.dirname, '../..')
const program = join(top, 'dist/bin/main.js')
const folder = mkdtempSync(join(tmpdir(), 'handover-machines-'))
const isRoot = process.geteuid?.() === 0
const nobody = 65534
const hasQemu = spawnSync('qemu-system-x86_64', ['--version']).error === undefined
const options = {
  encoding: 'utf8',
  cwd: folder,
  env: { ...process.env, NO_COLOR: '1', XDG_RUNTIME_DIR: folder, EDITOR: 'true', VISUAL: '' },
  ...(isRoot && { uid: nobody, gid: nobody }),
} as const

const run = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'vm', ...words], {
    ...options,
    input: '',
  })
  return { status, stdout, stderr }
}
async function json(command: string, ...words: string[]): Promise<Record<string, unknown>> {
  const printed = JSON.parse(run(command, ...words, '--json').stdout) as Record<string, unknown>
  expect((await schemas[`vm-${command}`]!()).safeParse(printed).error?.issues ?? []).toEqual([])
  return printed
}
const own = (file: string) => {
  if (isRoot) chownSync(join(folder, file), nobody, nobody)
}
const describeMachine = (name: string, more: string) => {
  writeFileSync(join(folder, `${name}.yaml`), `name: ${name}\nmemory: 64M\n${more}`)
  own(`${name}.yaml`)
}
/** Of the run folder. */
const file = (name: string) => join(folder, 'handover/vms/m', name)
const record = () => JSON.parse(readFileSync(file('run.json'), 'utf8'))

beforeAll(() => {
  execFileSync(join(top, 'scripts/build.sh'), { stdio: 'inherit' })
  chmodSync(folder, 0o700)
  writeFileSync(join(folder, 'disk.img'), serialSector('spoken by the machine'))
  truncateSync(join(folder, 'disk.img'), 1024 ** 2)
  for (const name of ['.', 'disk.img']) own(name)
  describeMachine('m', 'disks: [{ file: disk.img }]\nguest-agent: true\n')
  describeMachine('n', 'disks: [{ file: disk.img }]\n')
  describeMachine('wrong', 'arguments: [-device, nosuch]\n')
}, 120_000)
afterAll(() => {
  if (existsSync(file('run.json'))) run('stop', 'm', '--force')
  rmSync(folder, { recursive: true })
})

describe.skipIf(!hasQemu)('a machine that outlives its terminal', { timeout: 60_000 }, () => {
  it('starts, is looked at, joined, and shut down by its power button', async () => {
    const started = run('start', 'm.yaml')
    expect(started, started.stderr).toMatchObject({ status: status.ok, stdout: '' })
    expect(started.stderr).toContain('in a session of its own')

    expect(await json('list')).toMatchObject({
      machines: expect.arrayContaining([
        expect.objectContaining({ name: 'm', state: 'runs', memoryBytes: String(64 * 1024 ** 2) }),
      ]),
    })
    const { qemu } = record()
    expect(await json('status', 'm')).toMatchObject({
      ...{ state: 'runs', file: join(folder, 'm.yaml'), qemu: qemu.pid, problems: [] },
      says: { status: 'running', agent: false },
    })

    // Nothing else is started meanwhile that needs what it has.
    expect(run('start', 'm.yaml')).toMatchObject({
      status: status.failed,
      stderr: expect.stringMatching(/runs already/),
    })
    expect(run('start', 'n.yaml')).toMatchObject({
      status: status.refused,
      stderr: expect.stringMatching(/a disk of the machine m/),
    })
    expect(existsSync(join(folder, 'handover/vms/n'))).toBe(false)

    const console = spawn(process.execPath, [program, 'vm', 'console', 'm'], options)
    let said = ''
    console.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    await expect.poll(() => said, { timeout: 20_000 }).toContain('spoken by the machine')
    console.stdin.write('typed')
    await expect.poll(() => said, { timeout: 20_000 }).toContain('typed')
    console.stdin.end()
    expect(await once(console, 'exit')).toEqual([status.ok, null])

    expect(run('stop', 'm')).toMatchObject({
      status: status.ok,
      stderr: expect.stringMatching(/Shutting down m.*\nm has ended/s),
    })
    expect(isAlive(qemu)).toBe(false)
    expect(await json('status', 'm.yaml')).toMatchObject({ state: 'stopped', failure: null, says: null })
    expect(readFileSync(file('console.log'), 'utf8')).toContain('typed')
    expect(run('stop', 'm')).toMatchObject({ status: status.ok, stderr: 'm does not run.\n' })
  })

  it('whose watcher is killed is shown as such, and stopped', async () => {
    expect(run('start', 'm.yaml').status).toBe(status.ok)
    const { watcher, qemu } = record()
    process.kill(watcher.pid, 'SIGKILL')
    await expect.poll(() => isAlive(watcher)).toBe(false)
    expect(await json('status', 'm')).toMatchObject({ state: 'unwatched', says: { status: 'running' } })
    expect(run('stop', 'm', '--force')).toMatchObject({ status: status.ok })
    expect(isAlive(qemu)).toBe(false)
    expect(record()).toMatchObject({ ended: { failure: null } })
  })

  it('that QEMU refuses says why, and is listed with that', async () => {
    expect(run('start', 'wrong.yaml')).toMatchObject({
      status: status.failed,
      stderr: expect.stringMatching(/'nosuch' is not a valid device model name/),
    })
    expect(run('list').stderr).toContain('wrong: qemu-system-x86_64 ended with status 1')
  })
})

describe('vm edit', () => {
  const edit = (editor: string, name = 'n.yaml') =>
    spawnSync(process.execPath, [program, 'vm', 'edit', name], {
      ...options,
      env: { ...options.env, EDITOR: editor, TMPDIR: folder },
    })
  const text = () => readFileSync(join(folder, 'n.yaml'), 'utf8')

  it('saves what has no mistake, and keeps what has one', () => {
    expect(edit('true').stderr).toBe('Nothing was changed.\n')
    expect(edit('sed -i s/64M/96M/').stderr).toBe(`${folder}/n.yaml is saved.\n`)
    const saved = text()
    expect(saved).toContain('memory: 96M')
    const refused = edit('sed -i s/memory/memmory/')
    expect(refused.status).toBe(status.usage)
    expect(refused.stderr).toContain('n.yaml:2:1: memmory: there is no such setting; did you mean memory?')
    expect(text()).toBe(saved)
    const kept = /kept in (.*)/.exec(refused.stderr)![1]!
    expect(readFileSync(kept, 'utf8')).toContain('memmory: 96M')
    expect(edit('false').status).toBe(status.usage)
    expect(edit('true', 'nosuch').status).toBe(status.noSuchDevice)
  })
})
