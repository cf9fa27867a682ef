import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander'
import type { Command, Invocation } from './command.js'
import { warnOfHalfDone } from './half-done.js'
import { commandHelp, optionUsage, overview } from './help.js'
import { complaint, report } from './report.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import type { Line } from './text.js'
import { version } from './version.js'

/** Runs one command line and gives the exit status. Whatever goes wrong is said on the terminal, nothing is thrown. */
export async function runProgram(
  commands: readonly Command[],
  argv: readonly string[],
  terminal: Terminal,
): Promise<number> {
  let result: number = status.ok
  const program = build(commands, terminal, async (command, asked) => {
    const { run } = await command.load()
    if (command.reads && asked.options.host === undefined) await warnOfHalfDone(terminal)
    result = await run(terminal, asked)
  })
  // Of several words, commander's own help takes the first alone; and it shows the whole where it knows none.
  const [first, ...words] = argv
  const known = commands.some(({ name }) => `${name} `.startsWith(`${words.join(' ')} `))
  const asked = first !== 'help' || words.length === 0 ? argv : known ? [...words, '--help'] : words
  try {
    await program.parseAsync([...asked], { from: 'user' })
    return result
  } catch (error) {
    return error instanceof CommanderError ? reportEnd(error, terminal) : report(error, terminal)
  }
}

function build(
  commands: readonly Command[],
  terminal: Terminal,
  run: (command: Command, asked: Invocation) => Promise<void>,
): Commander {
  const width = Number.isFinite(terminal.columns) ? terminal.columns : 80
  const nodes = new Map<string, Commander>()

  const node = (name: string): Commander => {
    let found = nodes.get(name)
    if (!found) {
      const words = name.split(' ')
      found = new Commander(words.at(-1) || 'handover')
      quieten(found)
      // Options stand after the word that they belong to: `lab` and `lab run` have some of the same name.
      found.enablePositionalOptions()
      // A word that only groups others (`vm`) shows what there is.
      showHelp(found, () => overview(commands, name, width), terminal)
      if (name !== '') node(words.slice(0, -1).join(' ')).addCommand(found)
      nodes.set(name, found)
    }
    return found
  }

  const program = node('')
  program.option('-V, --version').on('option:version', () => {
    terminal.printRaw(`${version()}\n`)
    throw new CommanderError(status.ok, 'commander.version', '')
  })
  for (const command of commands) {
    const own = node(command.name)
    showHelp(own, () => commandHelp(command, commands, width), terminal)
    if (command.passesOptions) own.passThroughOptions()
    for (const { name, many, optional } of command.arguments ?? []) {
      const value = many ? `${name}...` : name
      own.argument(optional ? `[${value}]` : `<${value}>`)
    }
    for (const option of command.options ?? []) {
      const { long, value, many, required, summary } = option
      const row = new CommanderOption(
        value ? optionUsage(option).replace(` ${value}`, ` <${value}>`) : optionUsage(option),
        summary,
      )
      if (many) row.argParser((one: string, before: string[] | undefined) => [...(before ?? []), one])
      if (required) row.makeOptionMandatory()
      row.attributeName = () => long
      own.addOption(row)
    }
    own.action(async () => {
      await run(command, { arguments: own.args, options: own.opts() })
    })
  }
  return program
}

/** Errors are thrown, not printed: {@link reportEnd} says them as all others are said. */
function quieten(command: Commander): void {
  command.exitOverride().configureOutput({ writeErr: () => undefined, outputError: () => undefined })
}

function showHelp(command: Commander, help: () => readonly Line[], terminal: Terminal): void {
  command.outputHelp = () => terminal.print(help())
}

/** An end that commander asks for: a mistake in the words, or nothing more to do. */
function reportEnd({ code, message }: CommanderError, terminal: Terminal): number {
  if (['commander.help', 'commander.helpDisplayed', 'commander.version'].includes(code)) return status.ok
  const [first = '', ...hints] = message.replace(/^error: /, '').split('\n')
  terminal.say([complaint(first), ...hints.map((hint) => [`  ${hint}`])])
  return status.usage
}
