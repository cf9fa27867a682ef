import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readFact } from '../read.js'

export const commandLinePath = '/proc/cmdline'

/** A word of the kernel's command line, or of the options of a module. */
export interface Parameter {
  /** As it stands there. */
  readonly text: string
  readonly name: string
  /** Without its quotes; null where there is no `=`. */
  readonly value: string | null
}

/**
 * The words as the kernel takes them apart (Linux lib/cmdline.c next_arg): spaces within quotes belong to a word. What stands
 * behind a lone `--` is for init (kernel/params.c parse_args).
 */
export function parseParameters(text: string): readonly Parameter[] {
  const parameters: Parameter[] = []
  for (const [word] of text.matchAll(/(?:"[^"]*(?:"|$)|[^\s"])+/g)) {
    if (word === '--') break
    const open = word.startsWith('"') ? word.slice(1).replace(/"$/, '') : word
    const equals = open.indexOf('=', 1)
    const value = equals < 0 ? null : open.slice(equals + 1)
    parameters.push({
      text: word,
      name: equals < 0 ? open : open.slice(0, equals),
      value: value?.startsWith('"') ? value.slice(1).replace(/"$/, '') : value,
    })
  }
  return parameters
}

export function readCommandLine(host: Host): Fact<readonly Parameter[]> {
  return readFact(host, commandLinePath, parseParameters)
}

/** Names of modules and of their parameters are the same with `-` and with `_` (Linux kernel/params.c dash2underscore). */
export function underscored(name: string): string {
  return name.replaceAll('-', '_')
}
