import type { Alternative, Failure, Message } from './failure.js'
import { families } from './failures/index.js'

/** docs/diagnose.md: every row of the tables, for people. A test keeps the file true. */
export function manual(): string {
  const parts = families.map(({ title, failures }) => `## ${title}\n\n${failures.map(section).join('\n')}`)
  return `# What \`handover diagnose\` knows

Written from the tables in \`src/logs/failures/\` by \`scripts/write-docs.sh\`: change those, not this file.

Each failure has a stable name, which \`--json\` gives as \`cause\`. Under it stand the messages it is told by, as their source
writes them, with the versions in whose source they were found. Other versions may print them too.

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
      `Where the device ${other.when}, it is **${other.cause}**: ${plain(other.title)}. To do: ${plain(other.fix)}.`,
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
