import { liveHost, pseudonymousHost, textPseudonyms } from '../../host/index.js'
import { diagnose, type Finding } from '../../logs/index.js'
import { readMachine } from '../../machine/index.js'
import { isSet, type Run, textOf } from '../command.js'
import { diagnosisText } from '../diagnosis-text.js'
import { CliError } from '../errors.js'
import { readHostLogs, readLogFiles } from '../read-logs.js'
import { openHostAsIs } from '../reading.js'
import type { DiagnosisDocument } from '../schemas/diagnosis.js'
import { status } from '../status.js'

export const run: Run = async (terminal, asked) => {
  const files = asked.arguments
  const hostName = textOf(asked, 'host')
  const here = isSet(asked, 'here')
  if (here && hostName !== undefined)
    throw new CliError(status.usage, '--here and --host name two computers: give one of them')
  if (hostName === '-' && files.includes('-'))
    throw new CliError(status.usage, 'the log and the host cannot both be standard input')

  // A log that somebody sent is not of this computer unless it is said so.
  const host =
    files.length === 0 || hostName !== undefined ? await openHostAsIs(asked) : here ? liveHost() : undefined
  const json = isSet(asked, 'json')
  const shielded = host !== undefined && json && !isSet(asked, 'private') ? pseudonymousHost(host) : host
  const { reading, unread } = files.length === 0 ? readHostLogs(shielded!) : await readLogFiles(files)
  const hide = json && !isSet(asked, 'private') && files.length > 0 ? textPseudonyms(host) : undefined
  const diagnosis = diagnose(reading, shielded === undefined ? undefined : readMachine(shielded))
  const document: DiagnosisDocument = {
    schema: 'handover.diagnosis/1',
    sources: diagnosis.sources.map(({ name, lines }) => ({ name, lines })),
    unread: [...unread],
    findings: diagnosis.findings.map((one) => plain(one, hide)),
    harmless: diagnosis.harmless.map((one) => plain(one, hide)),
    unknown: diagnosis.unknown.map((line) => ({ ...line, text: hide?.(line.text) ?? line.text })),
    unknownCount: diagnosis.unknownCount,
  }
  if (json) terminal.printJson(document)
  else terminal.print(diagnosisText(document, terminal.columns))
  for (const { path, unknown } of unread)
    terminal.say([`${path}${others[unknown] ?? ` was not read: ${reasons[unknown] ?? unknown}`}`])
  if (document.findings.length > 0) return status.pending
  if (document.sources.length > 0 && unread.length === 0) return status.ok
  // Where a log could not be looked at, nothing found means nothing.
  return unread.some(({ unknown }) => unknown === 'denied') ? status.privilege : status.failed
}

const reasons: Readonly<Record<string, string>> = {
  denied: 'only root may read it; run this as root',
  absent: 'there is none here; give a log as FILE',
  unrecorded: 'the recording does not hold it; give a log as FILE',
}

const others: Readonly<Record<string, string>> = {
  cut: ': the recording holds only its end',
  empty: ' is empty; give a log',
}

/** With pseudonyms where a log's own words stand. */
function plain(
  finding: Finding,
  hide: (text: string) => string = (text) => text,
): DiagnosisDocument['findings'][number] {
  return {
    ...finding,
    title: hide(finding.title),
    why: hide(finding.why),
    fix: hide(finding.fix),
    lines: finding.lines.map((line) => ({ ...line, text: hide(line.text) })),
    evidence: [...finding.evidence],
    otherwise: finding.otherwise.map(({ cause, title, why, fix }) => ({
      cause,
      title: hide(title),
      why,
      fix: hide(fix),
    })),
    sources: [...finding.sources],
    consequences: finding.consequences.map((one) => plain(one, hide)),
  }
}
