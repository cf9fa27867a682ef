import type { Argument, Command, Option } from './command.js'
import { displayWidth, type Line, wrap } from './text.js'

/** `DEVICE...`, `[NAME]` */
export function argumentUsage({ name, many, optional }: Argument): string {
  const text = many ? `${name}...` : name
  return optional ? `[${text}]` : text
}

/** `-o, --output FILE` */
export function optionUsage({ long, short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${long}${value ? ` ${value}` : ''}`
}

/** `handover rom DEVICE -o FILE [options]` */
export function usage(command: Command): string {
  const required = (command.options ?? []).filter((option) => option.required)
  return [
    `handover ${command.name}`,
    ...(command.arguments ?? []).map(argumentUsage),
    ...required.map(({ long, short, value }) => `${short ? `-${short}` : `--${long}`} ${value}`),
    ...((command.options ?? []).length > required.length ? ['[options]'] : []),
  ].join(' ')
}

const helpOption: Option = { long: 'help', short: 'h', summary: 'show this' }

/** A command's help: examples first, since most people need no more; the command to try next at the end. */
export function commandHelp(command: Command, all: readonly Command[], width: number): readonly Line[] {
  const below = all.filter(({ name, hidden }) => !hidden && name.startsWith(`${command.name} `))
  return [
    ...pairs(
      command.examples.map(([line, what]) => [line, what]),
      width,
    ),
    [],
    [{ text: 'Usage', style: 'bold' }, `  ${usage(command)}`],
    ...paragraphs([sentence(command.summary), ...(command.about ?? [])], width),
    ...(below.length === 0 ? [] : [[], ...list(below, width)]),
    [],
    ...pairs(
      [...(command.options ?? []), helpOption].map((option) => [optionUsage(option), option.summary]),
      width,
    ),
    ...(command.arguments?.some(({ kind }) => kind === 'device') ? deviceHelp(width) : []),
    [],
    [{ text: 'Next', style: 'bold' }, `   ${command.next}`],
  ]
}

/** Help for the program, or for a word that several commands begin with (`vm`). */
export function overview(all: readonly Command[], prefix: string, width: number): readonly Line[] {
  const shown = all.filter(({ name, hidden }) => !hidden && (prefix === '' || name.startsWith(`${prefix} `)))
  const first = shown.flatMap(({ examples }) => examples.slice(0, 1)).slice(0, 3)
  return [
    ...pairs(first, width),
    [],
    [{ text: 'Usage', style: 'bold' }, `  handover ${prefix === '' ? '' : `${prefix} `}COMMAND [options]`],
    ...(prefix === ''
      ? paragraphs(['Hands a PCI device over to a virtual machine with vfio-pci, and takes it back.'], width)
      : []),
    [],
    ...list(shown, width),
    [],
    ...pairs(
      [
        ['-h, --help', 'show this; after a command: that command'],
        ...(prefix === '' ? [['-V, --version', 'show the version'] as const] : []),
      ],
      width,
    ),
    [],
    [{ text: 'Next', style: 'bold' }, `   handover ${shown[0]!.name} --help`],
  ]
}

export const deviceWords: readonly (readonly [string, string])[] = [
  ['01:00.0', 'an address, with or without its segment: 0000:01:00.0'],
  ['10de:2206', 'vendor and device id'],
  ['00:01.0/00.0', 'a path from the root bus: the same slot, however the buses are numbered'],
  ['gpu', 'a class: gpu, usb, nvme, network, audio'],
]

function list(commands: readonly Command[], width: number): readonly Line[] {
  return pairs(
    commands.map(({ name, summary }) => [name, summary]),
    width,
  )
}

function deviceHelp(width: number): readonly Line[] {
  return [[], [{ text: 'DEVICE', style: 'bold' }, ' is one of'], ...pairs(deviceWords, width)]
}

/** Two columns, the right one wrapped; where the left ones are long, the right ones stand below them. */
function pairs(rows: readonly (readonly [string, string])[], width: number): readonly Line[] {
  const left = Math.min(
    Math.max(...rows.map(([text]) => displayWidth(text))),
    Math.floor(Math.min(width, 100) * 0.45),
  )
  const right = Math.min(width, 100) - left - 4
  return rows.flatMap(([text, what]) => {
    const [first = '', ...rest] = wrap(what, right)
    const indent = ' '.repeat(left + 4)
    const fits = displayWidth(text) <= left
    return [
      ...(fits
        ? [[{ text: `  ${text.padEnd(left)}`, style: 'cyan' as const }, `  ${first}`]]
        : [[{ text: `  ${text}`, style: 'cyan' as const }], [indent + first]]),
      ...rest.map((line) => [indent + line]),
    ]
  })
}

function paragraphs(texts: readonly string[], width: number): readonly Line[] {
  return texts.flatMap((text) => wrap(text, Math.min(width, 100) - 7).map((line) => [`       ${line}`]))
}

/** A summary begins small and has no full stop, for lists. */
export function sentence(summary: string): string {
  return `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`
}
