import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { status } from './status.js'

/** The built program, as a process of its own. */
const top = resolve(import.meta.dirname, '../..')
const program = join(top, 'dist/bin/main.js')
const folder = mkdtempSync(join(tmpdir(), 'handover-process-'))
beforeAll(() => {
  execFileSync(join(top, 'scripts/build.sh'), { stdio: 'inherit' })
  chmodSync(folder, 0o777)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true }))

const nobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups']

function run(
  words: readonly string[],
  options: { readonly as?: readonly string[]; readonly input?: string } = {},
) {
  const argv = [...(options.as ?? []), process.execPath, program, ...words]
  const { status, stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), {
    encoding: 'utf8',
    input: options.input ?? '',
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, stdout, stderr }
}
const shell = (script: string) =>
  spawnSync('bash', ['-c', script, process.execPath, program], { encoding: 'utf8' })

/** Addresses of this computer's functions; none in a container that hides them. */
function addresses(): readonly string[] {
  const { functions } = JSON.parse(run(['devices', '--json']).stdout) as {
    readonly functions: { readonly address: string }[]
  }
  return functions.map(({ address }) => address)
}

/** Runs command lines one after the other in one process, so that not each waits for Node.js to start. */
const several = `
  const [top, lines] = process.argv.slice(1)
  const { commands } = await import(top + '/dist/cli/commands.js')
  const { runProgram } = await import(top + '/dist/cli/program.js')
  const { terminal } = await import(top + '/dist/cli/terminal.js')
  const answers = []
  for (const line of JSON.parse(lines)) {
    const kept = { stdout: '', stderr: '' }
    const stream = (name) => ({ write: (text) => { kept[name] += text } })
    const status = await runProgram(commands, line, terminal(stream('stdout'), stream('stderr'), process.env))
    answers.push({ status, ...kept })
  }
  process.stdout.write(JSON.stringify(answers))`

function runAll(lines: readonly (readonly string[])[], as: readonly string[] = []) {
  const node = [process.execPath, '--input-type=module', '-e', several, top, JSON.stringify(lines)]
  const argv = [...as, ...node]
  const { stdout, stderr } = spawnSync(argv[0]!, argv.slice(1), {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    env: { ...process.env, NO_COLOR: '1' },
  })
  expect(stderr).toBe('')
  return JSON.parse(stdout) as readonly ReturnType<typeof run>[]
}

describe('a live host and its recording answer alike, byte for byte', () => {
  it.each([
    ['root, or whoever runs this', []],
    ['somebody without privilege', nobody],
  ])('to %s', (_, as) => {
    if (as.length > 0 && process.geteuid?.() !== 0) return console.log('not root: only this user was tried')
    const questions = [['devices'], ['groups'], ...addresses().map((address) => ['show', address])]
    for (const privately of [[], ['--private']]) {
      const file = join(folder, `recording-${as.length}-${privately.length}.json`)
      const lines = questions.map((line) => [...line, '--json', ...privately])
      const [recorded, ...live] = runAll([['record', '-o', file, ...privately], ...lines], as)
      expect(recorded).toMatchObject({ status: status.ok, stdout: '' })
      expect(live.map((one) => one.status)).toEqual(lines.map(() => status.ok))
      expect(runAll(lines.map((line) => [...line, '--host', file]))).toEqual(live)
    }
  })
})

it('a recording may come by standard input', () => {
  const { stdout: input } = run(['record', '-o', '-'])
  expect(run(['devices', '--json', '--host', '-'], { input }).stdout).toBe(run(['devices', '--json']).stdout)
})

describe('exit statuses', () => {
  it.each<[number, readonly string[]]>([
    [status.ok, ['devices']],
    [status.ok, ['groups']],
    [status.ok, ['schema', 'devices']],
    [status.ok, ['--version']],
    [status.ok, ['devices', '--help']],
    [status.usage, ['undo', '--root', '/nowhere']],
    [status.usage, ['history', '--root', '/nowhere']],
    [status.noSuchDevice, ['show', 'ff:1f.7']],
    [status.noSuchDevice, ['rom', 'ff:1f.7', '-o', '/dev/null']],
    [status.noSuchDevice, ['bind', 'ff:1f.7']],
    [status.usage, ['show']],
    [status.usage, ['nosuch']],
    // It asks questions, and nobody is there.
    [status.usage, ['setup']],
    [status.usage, ['devices', '--host', top]],
  ])('%i for %j', (wanted, words) => {
    if (wanted === status.noSuchDevice && addresses().length === 0)
      return console.log('no PCI bus here: not tried')
    expect(run(words).status).toBe(wanted)
  })

  it('64 and a list where a word fits several', () => {
    const file = join(folder, 'two.json')
    const device = (address: string) => ({
      [`/sys/bus/pci/devices/${address}/class`]: { text: '0x030000\n' },
    })
    const files = {
      '/sys/bus/pci/devices': { list: ['0000:01:00.0', '0000:02:00.0'] },
      ...device('0000:01:00.0'),
      ...device('0000:02:00.0'),
    }
    writeFileSync(
      file,
      JSON.stringify({
        format: 'handover.recording/1',
        program: 'x',
        recorded: 'x',
        pseudonyms: false,
        files,
      }),
    )
    expect(run(['show', 'gpu', '--host', file])).toEqual({
      status: status.usage,
      stdout: '',
      stderr:
        'handover: gpu fits 2 devices; say which:\n  0000:01:00.0  VGA  ????:????\n  0000:02:00.0  VGA  ????:????\n',
    })
  })

  it('4 where a file may not be read', () => {
    if (process.geteuid?.() !== 0) return console.log('not root: nobody could be tried')
    const file = join(folder, 'secret.json')
    writeFileSync(file, '{}', { mode: 0o600 })
    expect(run(['devices', '--host', file], { as: nobody }).status).toBe(status.privilege)
    expect(run(['record', '-o', '/root/x.json'], { as: nobody }).status).toBe(status.privilege)
  })
})

describe('its output', () => {
  it('may go to a reader that has seen enough', () => {
    // The reader is gone before the first byte; `pipefail` shows the program's own status.
    const result = shell('set -o pipefail; { sleep 0.3; "$0" "$1" devices --json; } | true')
    expect(result).toMatchObject({ status: status.ok, stderr: '' })
  })

  it('may not go where there is no room, which is said', () => {
    const result = shell('"$0" "$1" schema devices > /dev/full')
    expect(result).toMatchObject({ status: status.failed })
    expect(result.stderr).toBe('handover: cannot write to standard output: ENOSPC\n')
  })

  it('has nothing that only a terminal understands when it goes to a pipe', () => {
    const { stdout, stderr } = run(['devices'])
    expect(stdout + stderr).not.toContain('\x1b')
  })
})

/** In a mount namespace of its own, with an empty folder over `path`. Undefined where that is not allowed. */
function without(path: string, words: readonly string[]) {
  const script = `mount -t tmpfs tmpfs ${path} || exit 99; exec "$@"`
  const result = run(words, { as: ['unshare', '--mount', 'sh', '-c', script, 'sh'] })
  return result.status === 99 || result.status === null || /^unshare:/.test(result.stderr)
    ? undefined
    : result
}

describe('a computer', () => {
  it('without a PCI bus has no devices, which is an answer', () => {
    const text = without('/sys/bus', ['devices'])
    if (!text) return console.log('no mount namespace may be made here: not tried')
    expect(text).toEqual({ status: status.ok, stdout: '', stderr: 'This computer has no PCI bus.\n' })
    expect(JSON.parse(without('/sys/bus', ['devices', '--json'])!.stdout)).toMatchObject({
      bus: { value: 'absent' },
      functions: [],
    })
    expect(without('/sys/bus', ['groups'])).toMatchObject({ status: status.ok, stdout: '' })
    expect(without('/sys/bus', ['show', '01:00.0'])).toMatchObject({ status: status.noSuchDevice })
  })

  it('without sysfs cannot be looked at, which is a failure', () => {
    const text = without('/sys', ['devices'])
    if (!text) return console.log('no mount namespace may be made here: not tried')
    expect(text).toMatchObject({ status: status.failed, stdout: '' })
    expect(text.stderr).toContain('cannot be listed: sysfs is not mounted here')
  })
})

/** In a pseudo-terminal of its own, by script(1) of util-linux: what was shown, and the exit status. */
function inTerminal(words: readonly string[], answer: (seen: string) => string | undefined) {
  const line = [process.execPath, program, ...words].map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['-qefc', `stty cols 80 rows 24; exec ${line}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let seen = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    seen += text
    const keys = answer(seen)
    if (keys !== undefined) child.stdin.write(keys)
  })
  return new Promise<{ readonly status: number | null; readonly seen: string }>((resolve) =>
    child.on('close', (code) => resolve({ status: code, seen })),
  )
}

it('setup is left with Ctrl-C at a terminal', async ({ skip }) => {
  if (spawnSync('script', ['--version']).status !== 0) skip('there is no script(1)')
  if (addresses().length === 0) skip('no PCI bus here')
  let pressed = false
  const found = await inTerminal(['setup'], (seen) => {
    if (pressed || !seen.includes('Which device')) return undefined
    pressed = true
    return '\x03'
  })
  expect(found.seen).toContain('$ handover check')
  expect(found.seen).toContain('nothing was changed')
  expect(found.status).toBe(status.interrupted)
})
