import { stateFolder } from '../changes/index.js'
import { classWords, roleNames } from '../machine/index.js'
import { rules } from '../rules/index.js'
import { descriptionsFolder, firmwareNames, inputKinds, systems } from '../vm/index.js'
import type { Argument, Command, Option, ValueKind } from './command.js'
import { schemaNames } from './schemas/index.js'
import { ways } from './ways.js'

/** Scripts that complete commands, options and their values, made from the command table. */
export const completionScripts = { bash, zsh, fish } as const

/** Values that are words, and a command of the shell that lists more of them without starting this program. */
const words: Readonly<
  Record<Exclude<ValueKind, 'file'>, { readonly words: readonly string[]; readonly list?: string }>
> = {
  role: { words: roleNames },
  schema: { words: schemaNames },
  shell: { words: ['bash', 'zsh', 'fish'] },
  rule: { words: rules.map(({ id }) => id) },
  class: { words: Object.keys(classWords) },
  // This computer's addresses, short for segment 0.
  device: {
    words: Object.keys(classWords),
    list: `ls /sys/bus/pci/devices 2>/dev/null | sed 's/^0000://'`,
  },
  entry: { words: [], list: `ls ${stateFolder} 2>/dev/null | grep -x '[1-9][0-9]*'` },
  machine: {
    words: [],
    list: `ls ${descriptionsFolder} 2>/dev/null | sed -n 's/\\.yaml$//p'; ls | grep '\\.yaml$'`,
  },
  word: { words: [] },
  system: { words: systems },
  firmware: { words: firmwareNames },
  input: { words: inputKinds },
  way: { words: ways },
}

/** The table as a tree: first words, and what may follow them. */
function tree(commands: readonly Command[]) {
  const shown = commands.filter(({ hidden }) => !hidden)
  const firsts = [...new Set(shown.map(({ name }) => name.split(' ')[0]!))]
  return firsts.map((first) => {
    const own = shown.find(({ name }) => name === first)
    const subs = shown
      .filter(({ name }) => name.startsWith(`${first} `))
      .map((command) => ({ word: command.name.slice(first.length + 1), command }))
    return {
      first,
      own,
      subs,
      summary: own?.summary ?? subs.map(({ word }) => `${first} ${word}`).join(', '),
    }
  })
}

function bash(commands: readonly Command[]): string {
  const values = (kind: ValueKind | undefined) => {
    if (kind === undefined) return 'COMPREPLY=()'
    if (kind === 'file') return 'files'
    const { words: fixed, list } = words[kind]
    return `words "${[...(list === undefined ? [] : [`$(${list})`]), ...fixed].join(' ')}"`
  }
  const options = [
    ...new Map(
      commands.flatMap(({ options = [] }) => options).map((option) => [option.long, option]),
    ).values(),
  ]
  const flags = ({ options = [] }: Command) => [...options.map(({ long }) => `--${long}`), '--help'].join(' ')
  const cases = (list: readonly Command[]) =>
    list.map((command) => {
      const kind = command.arguments?.[0]?.kind
      const options = `words "${flags(command)}"`
      const body = kind ? `if [[ $cur == -* ]]; then ${options}; else ${values(kind)}; fi` : options
      return `    ${quote(command.name)}) ${body} ;;`
    })
  const branches = tree(commands)
  return `# bash completion for handover; made by: handover completion bash
_handover() {
  # A word with colons is one word here, whatever COMP_WORDBREAKS says.
  local line=\${COMP_LINE:0:COMP_POINT} cur prev command
  cur=\${line##*[[:space:]]}
  local -a typed
  read -ra typed <<<"\${line%"$cur"}"
  prev=\${typed[-1]}
  words() {
    local strip=''
    [[ $cur == *:* && $COMP_WORDBREAKS == *:* ]] && strip=\${cur%"\${cur##*:}"}
    local word
    COMPREPLY=()
    for word in $1; do [[ $word == "$cur"* ]] && COMPREPLY+=("\${word#"$strip"}"); done
  }
  files() { compopt -o filenames 2>/dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur"); }
  case $prev in
${options
  .filter(({ value }) => value)
  .map(({ long, short, kind }) => `    --${long}${short ? `|-${short}` : ''}) ${values(kind)}; return ;;`)
  .join('\n')}
  esac
  command=\${typed[1]}
  case $command in
${branches
  .filter(({ subs }) => subs.length > 0)
  .map(({ first, own, subs }) => {
    const next = `words "${subs.map(({ word }) => word).join(' ')}"; return`
    return `    ${first})
      if [[ -n \${typed[2]} && \${typed[2]} != -* ]]; then command="${first} \${typed[2]}"
      ${own ? `elif [[ $cur != -* ]]; then ${next}` : `else ${next}`}; fi ;;`
  })
  .join('\n')}
  esac
  case $command in
    '') words "${branches.map(({ first }) => first).join(' ')} help --help --version" ;;
${cases(commands.filter(({ hidden }) => !hidden)).join('\n')}
  esac
}
complete -F _handover handover
`
}

function zsh(commands: readonly Command[]): string {
  const action = (kind: ValueKind | undefined) =>
    kind === undefined
      ? ' '
      : kind === 'file'
        ? '_files'
        : words[kind].list === undefined
          ? `(${words[kind].words.join(' ')})`
          : `_handover_${kind}`
  const listed = Object.entries(words).flatMap(([kind, { words: fixed, list }]) =>
    list === undefined
      ? []
      : `_handover_${kind}() {
  local -a found
  found=(\${(f)"$(${list})"} ${fixed.join(' ')})
  compadd -a found
}`,
  )
  const text = (summary: string) => summary.replaceAll(/[[\]:]/g, (sign) => `\\${sign}`)
  const option = ({ long, short, value, kind, many, summary }: Option) => {
    const rest = `[${text(summary)}]${value ? `:${text(value)}:${action(kind)}` : ''}`
    if (short === undefined) return quote(`${many ? '*' : ''}--${long}${rest}`)
    return ['-', '--']
      .map((dashes) => quote(`(-${short} --${long})${dashes}${dashes === '-' ? short : long}${rest}`))
      .join(' ')
  }
  const argument = ({ name, kind, many, optional }: Argument) =>
    quote(`${many ? '*' : ''}:${optional && !many ? ':' : ''}${name}:${action(kind)}`)
  const specs = ({ options = [], arguments: list = [] }: Command) =>
    [...options.map(option), quote('--help[show help]'), ...list.map(argument)].join(' ')
  const branches = tree(commands)
  const describe = (rows: readonly (readonly [string, string])[]) =>
    rows.map(([word, summary]) => quote(`${word}:${summary}`)).join(' ')
  return `#compdef handover
# zsh completion for handover; made by: handover completion zsh
${listed.join('\n')}
_handover() {
  local curcontext=$curcontext state line
  local -a list
  _arguments -C '--help[show help]' '--version[show the version]' '1:command:->command' '*::argument:->argument' && return
  case $state in
    command) list=(${describe(branches.map(({ first, summary }) => [first, summary]))}); _describe command list ;;
    argument)
      case $words[1] in
${branches
  .map(({ first, own, subs }) => {
    if (subs.length === 0) return `        ${first}) _arguments ${specs(own!)} ;;`
    return `        ${first})
          case $words[2] in
${subs.map(({ word, command }) => `            ${word}) shift words; (( CURRENT-- )); _arguments ${specs(command)} ;;`).join('\n')}
            *) list=(${describe(subs.map(({ word, command }) => [word, command.summary]))}); _arguments ${own ? specs({ ...own, arguments: [] }) : ''} '1: :{_describe command list}' ;;
          esac ;;`
  })
  .join('\n')}
      esac ;;
  esac
}
_handover "$@"
`
}

function fish(commands: readonly Command[]): string {
  const lines = [
    '# fish completion for handover; made by: handover completion fish',
    // The command's words stand first: the same word may come again as a value.
    'function __handover_at; set -l typed (commandline -opc); string match -q -- "$argv *" "$typed[2..] "; end',
    'complete -c handover -f',
    'complete -c handover -s h -l help -d "show help"',
  ]
  const values = (kind: ValueKind | undefined) => {
    if (kind === undefined) return ''
    if (kind === 'file') return '-F'
    const { words: fixed, list } = words[kind]
    return `-a ${quote([...(list === undefined ? [] : [`(${list})`]), ...fixed].join(' '))}`
  }
  for (const { first, own, subs, summary } of tree(commands)) {
    lines.push(`complete -c handover -n __fish_use_subcommand -a ${first} -d ${quote(summary)}`)
    const seen = `__handover_at ${first}`
    const alone = [seen, ...subs.map(({ word }) => `not __handover_at ${first} ${word}`)].join('; and ')
    if (own) lines.push(...options(own, alone))
    for (const { word, command } of subs) {
      lines.push(`complete -c handover -n ${quote(alone)} -a ${word} -d ${quote(command.summary)}`)
      lines.push(...options(command, `${seen} ${word}`))
    }
  }
  function options(command: Command, condition: string): string[] {
    return [
      ...(command.options ?? []).map(
        ({ long, short, value, kind, summary }) =>
          `complete -c handover -n ${quote(condition)} -l ${long}${short ? ` -s ${short}` : ''}${value ? ` ${kind === 'file' ? '-r' : '-x'} ${values(kind)}` : ''} -d ${quote(summary)}`,
      ),
      ...(command.arguments ?? []).map(
        ({ kind }) => `complete -c handover -n ${quote(condition)} ${values(kind)}`,
      ),
    ]
  }
  return `${lines.join('\n')}\n`
}

/** For all three shells. */
function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
