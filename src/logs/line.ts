/** A line of a log without what a logger, a journal, a mail or a forum put before it. */
export interface LogLine {
  readonly text: string
  /** A time stands before it: it was printed by a logger, and its place in the log tells when. */
  readonly stamped: boolean
}

/** No message that is looked for is longer; a pasted command line may be. */
const longestLine = 4000

/** `> > `, `| `: quoted mail, once or more. */
const quote = /^(?:[ \t]{0,8}[>|]){1,20}[ \t]?/
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals' colours (ECMA-48 SGR), as `journalctl` and `dmesg` print them
const colour = /\x1b\[[0-9;]{0,20}m/g

/** What stands before a message, in any order that loggers put it in. `stamp`: a time, `clock`: of day, `program`: who speaks. */
const prefixes: readonly {
  readonly what: 'clock' | 'stamp' | 'program' | 'other'
  readonly pattern: RegExp
}[] = [
  // /dev/kmsg (Linux Documentation/ABI/testing/dev-kmsg)
  { what: 'stamp', pattern: /^\d{1,3},\d{1,20},\d{1,20},[^;,\s]{1,10}(?:,[^;\s]{1,60})?;/ },
  // syslog priority, `dmesg -r`, systemd
  { what: 'other', pattern: /^<\d{1,3}>/ },
  // `dmesg -x`
  {
    what: 'other',
    pattern: /^[a-z0-9]{2,8} {0,4}: ?(?:emerg|alert|crit|err|warn|notice|info|debug) {0,4}: ?(?=\[)/,
  },
  // printk.time=1, with the thread or processor of CONFIG_PRINTK_CALLER
  { what: 'stamp', pattern: /^\[ {0,8}\d{1,8}\.\d{1,9}\](?:\[ {0,8}[TC]\d{1,8}\])? ?/ },
  // `dmesg -T`, in any language
  { what: 'clock', pattern: /^\[[^[\]]{10,40}\d{4}\] ?/ },
  { what: 'other', pattern: /^kernel: / },
  // ISO 8601, as the journal, QEMU and libvirt write it
  {
    what: 'clock',
    pattern:
      /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?:? {0,4}(?:(?:TRACE|DEBUG|INFO|WARN|ERROR) )?/,
  },
  // libvirt's own log: thread, level, function and line
  {
    what: 'program',
    pattern: /^\d{1,8}: (?:debug|info|warning|error) : (?:[A-Za-z0-9_]{1,80}:\d{1,6} : )?/,
  },
  // syslog, journal
  { what: 'clock', pattern: /^\p{L}{3,5}\.? {1,2}\d{1,2} \d{2}:\d{2}:\d{2}(?:\.\d{1,9})? /u },
]
/** After a stamp: `host kernel: `, `kernel: `, `host libvirtd[123]: `. What QEMU calls itself stays. */
const speaker = /^(?:[^\s:[\]]{1,64} )?(?!qemu)[A-Za-z][\w.@/-]{0,63}(?:\[\d{1,8}\])?: /

/** Takes a line apart. Never throws; the time it takes is bounded by the line's length. */
export function readLine(raw: string): LogLine {
  let text = raw.slice(0, longestLine).replace(colour, '').trimEnd().replace(quote, '').trimStart()
  let stamped = false
  let clock = false
  let program = false
  for (let round = 0; round < 8; round++) {
    const found = prefixes.find(({ pattern }) => pattern.test(text))
    if (found !== undefined) {
      text = text.replace(found.pattern, '')
      stamped ||= found.what === 'stamp' || found.what === 'clock'
      clock ||= found.what === 'clock'
      program ||= found.what === 'program'
      continue
    }
    // Only a wall clock is followed by who speaks; a kernel's message begins with its driver.
    if (!clock || program) break
    const shorter = text.replace(speaker, '')
    if (shorter === text) break
    program = true
    text = shorter
  }
  return { text, stamped }
}

/** The messages of a line of `journalctl -o json`; undefined for any other line. */
export function readJournalJson(raw: string): readonly string[] | undefined {
  if (!raw.startsWith('{') || !raw.includes('"MESSAGE"')) return undefined
  try {
    const entry: unknown = JSON.parse(raw)
    const message = (entry as { MESSAGE?: unknown }).MESSAGE
    if (typeof message === 'string') return message.split('\n')
    // What is not UTF-8 is given as a list of bytes (systemd, Journal Export Formats).
    if (Array.isArray(message))
      return Buffer.from(message as number[])
        .toString('utf8')
        .split('\n')
  } catch {
    // A line that looks like JSON and is none is an ordinary line.
  }
  return undefined
}
