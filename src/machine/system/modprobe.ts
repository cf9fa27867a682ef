import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { knownValue, readFact, readList } from '../read.js'
import { commandLinePath, type Parameter, parseParameters, underscored } from './parameters.js'

/** In the order in which modprobe reads them: of files with one name the first counts (kmod libkmod/libkmod.c, libkmod-config.c). */
export const modprobeFolders = [
  '/etc/modprobe.d',
  '/run/modprobe.d',
  '/usr/local/lib/modprobe.d',
  '/usr/lib/modprobe.d',
  '/lib/modprobe.d',
] as const

/** A line of modprobe.d(5): `options vfio-pci ids=10de:2206`. */
export interface Directive {
  readonly path: string
  /** `blacklist`, `options`, `install`, `softdep`, ... */
  readonly keyword: string
  /** With underscores. */
  readonly module: string
  readonly rest: string
  /** As it stands there, wrapped lines joined. */
  readonly text: string
}

/** A parameter of a module, from where it gets it. */
export interface Setting {
  /** With underscores. */
  readonly module: string
  /** With underscores. */
  readonly name: string
  readonly value: string | null
  readonly path: string
  readonly text: string
}

/** What modprobe.d says, in the order in which it counts: files by their name, whichever folder they are in. */
export function readModprobe(host: Host): Fact<readonly Directive[]> {
  const files = new Map<string, string>()
  for (const folder of modprobeFolders) {
    const names = readList(host, folder)
    if ('unknown' in names) return names
    for (const name of names.value ?? [])
      if (/^[^.].*\.conf$/.test(name) && !files.has(name)) files.set(name, `${folder}/${name}`)
  }
  const directives: Directive[] = []
  for (const name of [...files.keys()].sort()) {
    const path = files.get(name)!
    const lines = readFact(host, path, (text) => parseModprobe(text, path))
    if ('value' in lines) directives.push(...lines.value)
    // A file is masked by a link to /dev/null, and a link may lead nowhere.
    else if (lines.unknown !== 'absent' && knownValue(readLinkText(host, path)) !== '/dev/null') return lines
  }
  return { value: directives }
}

function readLinkText(host: Host, path: string): Fact<string> {
  const link = host.readLink(path)
  return link.kind === 'value' ? { value: link.value } : { unknown: link.kind, path }
}

/** A backslash joins lines; only a `#` at the beginning makes a comment (kmod libkmod-config.c, shared/util.c freadline_wrapped). */
function parseModprobe(text: string, path: string): readonly Directive[] {
  return text
    .replaceAll('\\\n', '')
    .split('\n')
    .flatMap((line) => {
      const [, keyword, module, rest] = /^[ \t]*([^# \t]\S*)[ \t]+(\S+)[ \t]*(.*)$/.exec(line) ?? []
      if (keyword === undefined || line.startsWith('#')) return []
      return [{ path, keyword, module: underscored(module!), rest: rest!, text: line.trim() }]
    })
}

/**
 * Parameters of modules in the order in which they count, the last one last: `options` of modprobe.d, then `module.parameter=` of
 * the command line, which modprobe adds (kmod libkmod-config.c kmod_config_parse_kcmdline). A module that is built in gets only
 * the latter.
 */
export function settingsOf(
  directives: readonly Directive[],
  commandLine: readonly Parameter[],
): readonly Setting[] {
  const setting = (module: string, { name, value }: Parameter, path: string, text: string): Setting => ({
    module,
    name: underscored(name),
    value,
    path,
    text,
  })
  return [
    ...directives.flatMap(({ keyword, module, rest, path, text }) =>
      keyword === 'options' ? parseParameters(rest).map((one) => setting(module, one, path, text)) : [],
    ),
    ...commandLine.flatMap((one) => {
      const [, module, name] = /^([^.]+)\.(.+)$/.exec(one.name) ?? []
      if (module === undefined) return []
      return [setting(underscored(module), { ...one, name: name! }, commandLinePath, one.text)]
    }),
  ]
}
