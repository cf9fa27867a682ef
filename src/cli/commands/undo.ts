import { liveContext, liveDisk } from '../../changes/index.js'
import { rootedHost } from '../../host/index.js'
import { type Entry, hookedDomains, readJournal, undoEntry } from '../../plan/index.js'
import { askLibvirt, domainProcess } from '../../vm/index.js'
import { progressText } from '../change-text.js'
import { isSet, type Run } from '../command.js'
import { CliError, usageError } from '../errors.js'
import { status } from '../status.js'
import { systemRoot } from '../system-root.js'

export const run: Run = async (terminal, asked) => {
  const root = systemRoot(asked)
  const [word] = asked.arguments
  const all = isSet(asked, 'all')
  if (all && word !== undefined) throw usageError('--all undoes everything: leave ID out')
  const entries = choose(readJournal(root), word, all)
  if (entries.length === 0) {
    terminal.say(['There is nothing to undo.'])
    return status.ok
  }
  if (root === '/') for (const entry of entries) requireEnded(entry)
  const live = liveContext({ report: (event) => terminal.say(progressText(event)) })
  if (!live.privileged) throw new CliError(status.privilege, `undoing needs root: run this with sudo`)
  const context =
    root === '/' ? live : { ...live, host: rootedHost(live.host, root), disk: liveDisk({ root }) }
  try {
    for (const entry of entries) {
      const { id, asked: words } = entry.head
      await undoEntry(entry, context, { root })
      terminal.say([`${id} (${words}) is undone.`])
    }
  } finally {
    live.writer.close()
  }
  return status.ok
}

/** Those to undo, newest first. */
function choose(entries: readonly Entry[], word: string | undefined, all: boolean): readonly Entry[] {
  const open = entries.filter(({ state }) => state !== 'undone').toReversed()
  if (all) return open
  if (word === undefined) return open.slice(0, 1)
  const found = entries.find(({ head }) => String(head.id) === word)
  if (found === undefined)
    throw new CliError(status.noSuchDevice, `there is no ${word} in the history`, [
      'handover history lists what there is',
    ])
  return found.state === 'undone' ? [] : [found]
}

/** A hook of libvirt gives back what its domain has of the host when that has ended, and so does not go before. */
function requireEnded({ head: { id, changes } }: Entry): void {
  const domain = changes.flatMap(hookedDomains).find(hasDevices)
  if (domain !== undefined)
    throw new CliError(
      status.refused,
      `the domain ${domain} runs, and the hook gives its devices back when it has ended`,
      [`shut it down first, say with virsh shutdown ${domain}; then: sudo handover undo ${id}`],
    )
}

/** Where libvirt does not say what a domain that runs has, it may have devices. */
function hasDevices(domain: string): boolean {
  if (domainProcess(domain) === null) return false
  const answer = askLibvirt(domain)
  return 'unknown' in answer || answer.value.addresses.length > 0
}
