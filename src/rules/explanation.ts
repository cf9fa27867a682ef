import type { Family } from './families.js'
import type { Rule, Weight } from './rule.js'

export interface Section {
  readonly heading: string | null
  readonly paragraphs: readonly string[]
  readonly list: readonly string[]
}

const worst: Readonly<Record<Weight, string>> = {
  impossible: 'At worst: the device cannot be handed over.',
  step: 'At worst: something is to be done first.',
  warning: 'At worst: it works, and something will not be as wished.',
  note: 'It only notes.',
}

/** What a rule says of itself, for `handover explain` and for docs/rules/. */
export function explanation(rule: Rule): readonly Section[] {
  const section = (heading: string | null, paragraphs: readonly string[], list: readonly string[] = []) => ({
    heading,
    paragraphs,
    list,
  })
  return [
    section(null, [
      `About ${rule.about === 'computer' ? 'the whole computer' : 'one device and what goes with it'}. ${worst[rule.atWorst]}`,
    ]),
    section('Why it matters', [rule.why]),
    section('What it looks at', [], rule.looksAt),
    ...(rule.fix === null ? [] : [section('What to do', [rule.fix])]),
    ...(rule.since?.length ? [section('Versions', [], rule.since)] : []),
    section('Sources', [], rule.sources),
  ]
}

/** The page of docs/rules/ about a family. A test keeps the files true. */
export function manualPage({ title, rules }: Family): string {
  const parts = rules.map((rule) => {
    const sections = explanation(rule).flatMap(({ heading, paragraphs, list }) => [
      ...(heading === null ? [] : [`**${heading}**`, '']),
      ...paragraphs.flatMap((text) => [text, '']),
      ...(list.length === 0 ? [] : [...list.map((text) => `- ${text}`), '']),
    ])
    return [`## ${rule.id}`, '', `**${rule.title}**`, '', ...sections].join('\n')
  })
  return `# Rules: ${title}

Written from \`src/rules/\` by \`scripts/write-docs.sh\`: change that, not this file. \`handover explain RULE\` prints the same.

${parts.join('\n')}`
}
