import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { commands } from './commands.js'
import { completionScripts } from './completion.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-completion-'))
afterAll(() => rmSync(folder, { recursive: true }))
const script = (shell: keyof typeof completionScripts) => {
  const file = join(folder, shell)
  writeFileSync(file, completionScripts[shell](commands))
  return file
}
const has = (shell: string) => spawnSync(shell, ['--version']).status === 0

/** What bash would offer for this line, when its cursor stands at the end. */
function offered(line: string): readonly string[] {
  const code = `source "$0"; COMP_LINE=$1; COMP_POINT=\${#1}; COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'; _handover; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr } = spawnSync('bash', ['-c', code, script('bash'), line], {
    encoding: 'utf8',
    cwd: folder,
  })
  expect(stderr.replace(/.*compopt.*\n/g, '')).toBe('')
  return stdout.split('\n').filter(Boolean)
}

describe('bash completion', () => {
  it('offers every command, and no hidden one', () => {
    const first = new Set(commands.filter(({ hidden }) => !hidden).map(({ name }) => name.split(' ')[0]!))
    expect(new Set(offered('handover '))).toEqual(new Set([...first, 'help', '--help', '--version']))
  })

  it.each([
    ['handover dev', ['devices']],
    ['handover devices --h', ['--host', '--help']],
    ['handover show gp', ['gpu']],
    ['handover bind --accept ro', ['root-disk']],
    ['handover bind --accept display net', ['network']],
    ['handover schema sh', ['show']],
    ['handover completion ', ['bash', 'zsh', 'fish']],
    ['handover plan --gr', ['--group']],
    ['handover plan --functions ', []],
    ['handover nosuch ', []],
  ])('%s', (line, words) => {
    expect(offered(line)).toEqual(words)
  })

  it('offers files where a file is wanted', () => {
    script('bash')
    expect(offered('handover devices --host ba')).toEqual(['bash'])
  })

  it('offers the options of commands of two words', () => {
    const nested = commands.find(
      ({ name, hidden, options }) => name.includes(' ') && !hidden && options?.length,
    )
    if (!nested) return expect(commands.every(({ name }) => !name.includes(' '))).toBe(true)
    const [first, second] = nested.name.split(' ')
    expect(offered(`handover ${first} ${second!.slice(0, 2)}`)).toContain(second)
    expect(offered(`handover ${nested.name} --`)).toContain(`--${nested.options![0]!.long}`)
  })
})

describe.each(['bash', 'zsh', 'fish'] as const)('the script for %s', (shell) => {
  it('is understood by it', ({ skip }) => {
    if (!has(shell)) skip(`${shell} is not installed`)
    expect(spawnSync(shell, ['-n', script(shell)], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
    })
  })

  it('names every command and option', () => {
    const text = completionScripts[shell](commands)
    for (const { name, options = [], hidden } of commands) {
      if (hidden) continue
      for (const word of name.split(' ')) expect(text).toContain(word)
      for (const { long } of options) expect(text).toMatch(new RegExp(`(--|-l )${long}\\b`))
    }
  })
})
