import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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

  it('offers descriptions here where a machine is wanted', () => {
    writeFileSync(join(folder, 'my-own.yaml'), '')
    expect(offered('handover vm start my')).toEqual(['my-own.yaml'])
    expect(offered('handover vm stop --f')).toEqual(['--force'])
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

/** What fish and zsh would offer. zsh completes only at a prompt: one in a pseudo-terminal of its own, that says what it is given. */
const others = {
  fish: (lines: readonly string[]) =>
    lines.map((line) => {
      const code = `source ${script('fish')}; complete -C '${line}'`
      const { stdout } = spawnSync('fish', ['-c', code], { encoding: 'utf8', cwd: folder })
      return stdout.split('\n').flatMap((row) => row.split('\t')[0] || [])
    }),
  zsh(lines: readonly string[]) {
    copyFileSync(script('zsh'), join(folder, '_handover'))
    const prompt = `
PS1= fpath=("$PWD" $fpath)
autoload -U compinit; compinit -u -D
compadd() {
  if [[ \${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]]; then builtin compadd "$@"; return; fi
  local -a fitting
  builtin compadd -A fitting "$@"
  (( $#fitting )) && print -rl -- "<"$^fitting">"
  builtin compadd "$@"
}
say() { zle list-choices; print; print ALLOVER; zle .kill-buffer }
zle -N say; bindkey "^X^L" say; print READY
`
    writeFileSync(join(folder, 'prompt'), prompt)
    const code = `
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'source ./prompt'
zpty -r z out '*READY*'
for line; do
  zpty -n -w z "$line"$'\\x18\\x0c'
  zpty -r z out '*ALLOVER*'
  print -r -- "$out"
done
zpty -d z`
    const { stdout } = spawnSync('zsh', ['-fc', code, 'zsh', ...lines], {
      encoding: 'utf8',
      cwd: folder,
      timeout: 20_000,
    })
    return stdout
      .split('ALLOVER')
      .slice(0, -1)
      .map((text) => [...text.matchAll(/<([^<>\s]+)>/g)].map(([, word]) => word!))
  },
} as const

describe.each(['zsh', 'fish'] as const)('%s completion', (shell) => {
  it('offers commands, options and values', ({ skip }) => {
    if (!has(shell)) skip(`${shell} is not installed`)
    const wanted: Readonly<Record<string, readonly string[]>> = {
      'handover pl': ['plan'],
      'handover und': ['undo'],
      'handover plan --b': ['--bar-size', '--boot', '--by-id'],
      'handover plan gpu --accept di': ['display'],
      'handover plan nv': ['nvme'],
      'handover plan gpu -o _h': ['_handover'],
      'handover undo --': ['--all', '--help', '--root'],
      'handover history --r': ['--root'],
      'handover check --rank ': ['audio', 'gpu', 'network', 'nvme', 'usb'],
      'handover explain amd-': ['amd-reset-bug'],
      // What a word is to another command is nothing here.
      'handover explain check --': ['--help', '--json'],
      'handover schema pl': ['plan'],
      'handover groups --add ': [],
      'handover lab ': ['run', 'shell'],
      'handover lab --k': ['--kernel'],
      'handover lab --kernel ': [],
      'handover vm start --for': ['--foreground'],
      'handover vm start --through ': ['libvirt', 'qemu'],
      'handover vm start my': ['my-own.yaml'],
      'handover vm sto': ['stop'],
    }
    for (const name of ['_handover', 'my-own.yaml']) writeFileSync(join(folder, name), '')
    const found = others[shell](Object.keys(wanted))
    expect(Object.fromEntries(Object.keys(wanted).map((line, i) => [line, found[i]!.toSorted()]))).toEqual(
      wanted,
    )
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
