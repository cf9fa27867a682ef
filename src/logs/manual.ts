import type { Alternative, Failure, Message } from './failure.js'
import { families } from './failures/index.js'

/** docs/diagnose.md: every row of the tables, for people. A test keeps the file true. */
export function manual(): string {
  const parts = families.map(({ title, failures }) => `## ${title}\n\n${failures.map(section).join('\n')}`)
  return `# What \`handover diagnose\` knows

Written from the tables in \`src/logs/failures/\` by \`scripts/write-docs.sh\`: change those, not this file.

Each failure has a stable name, which \`--json\` gives as \`cause\`. Under it stand the messages it is told by, as their source
writes them, with the versions in whose source they were found. Each message of Linux was looked for in 6.1, 6.12 and 7.3 (as
Debian has them), of QEMU in 7.2, 10.0, 10.2 and the program of 11.1, of libvirt in 9.0 and 11.3: one of these that is not named
does not print it in these words. Where it says "pieced together", or names other versions, it was looked up by hand.

${parts.join('\n')}`
}

function section({
  cause,
  title,
  why,
  fix,
  certainty,
  messages,
  follows = [],
  instead = [],
  harmless,
}: Failure): string {
  const lines = [
    `### ${cause}`,
    '',
    `**${plain(title)}.**${harmless ? '' : ` (${certainty})`} ${plain(why)}`,
    ...(harmless ? [] : ['', `To do: ${plain(fix)}.`]),
    ...instead.flatMap((other: Alternative) => [
      '',
      `Where ${other.when.startsWith('the ') ? other.when : `the device ${other.when}`}, it is **${other.cause}**: ${plain(other.title)}. To do: ${plain(other.fix)}.`,
    ]),
    ...(follows.length === 0
      ? []
      : ['', `Often comes of: ${follows.map((one) => (one === '*' ? 'any other' : one)).join(', ')}.`]),
    '',
    ...messages.map(messageLine),
    '',
  ]
  return lines.join('\n')
}

function messageLine({ format, errno, source, seen }: Message): string {
  const said = errno === undefined ? format : `${format}: ${errno}`
  const fence = said.includes('`') ? '``' : '`'
  return `- ${fence}${said}${fence}<br>${source} (${seen})`
}

function plain(text: string): string {
  return text
    .replaceAll('{device}', 'the device')
    .replaceAll('{group}', 'the IOMMU group')
    .replace(/\{\w+\}/g, '…')
}
