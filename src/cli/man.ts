import type { Command } from './command.js'
import { deviceWords, optionUsage, sentence, usage } from './help.js'
import { statusMeanings } from './status.js'

/** The manual page, made from the command table, for man(7). */
export function manualPage(commands: readonly Command[]): string {
  const shown = commands.filter(({ hidden }) => !hidden)
  const lines = [
    '.TH HANDOVER 1 "" handover "User Commands"',
    '.SH NAME',
    'handover \\- hand a PCI device over to a virtual machine with vfio\\-pci, and take it back',
    '.SH SYNOPSIS',
    '.B handover',
    '.I COMMAND',
    '[options]',
    '.SH EXAMPLES',
    ...shown.flatMap(({ examples, summary }) => tagged(roff(examples[0]![0]), roff(sentence(summary)))),
    '.SH COMMANDS',
    ...shown.flatMap(commandEntry),
    '.SH DEVICE',
    'A DEVICE is one of:',
    ...deviceWords.flatMap(([word, what]) => tagged(roff(word), roff(what))),
    '.PP',
    'Where it fits several, they are listed and nothing is done.',
    '.SH EXIT STATUS',
    ...statusMeanings.flatMap(({ status, meaning }) => tagged(String(status), roff(sentence(meaning)))),
    '.SH ENVIRONMENT',
    ...tagged('NO_COLOR', 'When set, nothing is coloured.'),
  ]
  return `${lines.join('\n')}\n`
}

function commandEntry(command: Command): string[] {
  return [
    '.SS',
    `.B ${roff(usage(command))}`,
    '.PP',
    roff(sentence(command.summary)),
    ...(command.about ?? []).flatMap((paragraph) => ['.PP', roff(paragraph)]),
    ...(command.options ?? []).flatMap((option) =>
      tagged(roff(optionUsage(option)), roff(sentence(option.summary))),
    ),
    ...command.examples.flatMap(([line, what]) => tagged(roff(line), roff(sentence(what)))),
  ]
}

function tagged(tag: string, text: string): string[] {
  return ['.TP', `.B ${tag}`, text]
}

/** Keeps dashes as they are typed, and a line that begins with a dot or an apostrophe from being a request. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^([.'])/, '\\&$1')
}
