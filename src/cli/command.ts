import type { Terminal } from './terminal.js'

/** What a value on the command line is, for help, completion and the manual. */
export type ValueKind =
  | 'device'
  | 'file'
  | 'role'
  | 'schema'
  | 'shell'
  | 'rule'
  | 'class'
  | 'entry'
  | 'machine'
  | 'system'
  | 'firmware'
  | 'input'
  | 'way'
  | 'word'

export interface Argument {
  /** As it stands in the usage line: `DEVICE`. */
  readonly name: string
  readonly kind: ValueKind
  readonly many?: boolean
  readonly optional?: boolean
}

export interface Option {
  readonly long: string
  readonly short?: string
  /** The value's name in the usage line; none: a switch. */
  readonly value?: string
  readonly kind?: ValueKind
  readonly many?: boolean
  readonly required?: boolean
  readonly summary: string
}

/** What a person asked for. */
export interface Invocation {
  readonly arguments: readonly string[]
  /** By long name without dashes; a switch is true, an option that may come several times a list. */
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>
}

/** Does the command's work and gives the exit status. Throws the errors that `errors.ts` knows. */
export type Run = (terminal: Terminal, asked: Invocation) => number | Promise<number>

/** A command, once: its help, completion and manual entry are all made from this. */
export interface Command {
  /** `devices`, `vm start` */
  readonly name: string
  readonly summary: string
  /** Paragraphs. */
  readonly about?: readonly string[]
  readonly arguments?: readonly Argument[]
  readonly options?: readonly Option[]
  readonly examples: readonly (readonly [command: string, what: string])[]
  /** The command to try next. */
  readonly next: string
  readonly hidden?: boolean
  /** What comes after the first argument is that argument's own, options too. */
  readonly passesOptions?: boolean
  /** It looks at a computer and changes nothing: where that is this one, it warns of changes that were cut off. */
  readonly reads?: boolean
  /** Loaded only when the command runs. */
  readonly load: () => Promise<{ readonly run: Run }>
}

export function isSet(asked: Invocation, option: string): boolean {
  return asked.options[option] === true
}

export function textOf(asked: Invocation, option: string): string | undefined {
  const value = asked.options[option]
  return typeof value === 'string' ? value : undefined
}

export function listOf(asked: Invocation, option: string): readonly string[] {
  const value = asked.options[option]
  return Array.isArray(value) ? value : []
}
