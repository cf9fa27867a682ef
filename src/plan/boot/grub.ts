import { type Configuration, missingFolders, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import type { Loader } from './loader.js'

const settings = '/etc/default/grub'
const mkconfig = '/usr/sbin/grub-mkconfig'
const update = '/usr/sbin/update-grub'
const menu = '/boot/grub/grub.cfg'
export const dropIn = '/etc/default/grub.d/handover.cfg'

/**
 * GRUB as Debian and Ubuntu have it: a file of its own in a folder that their grub-mkconfig reads after /etc/default/grub. The
 * recovery entries of the menu keep the line as it was: they are made of GRUB_CMDLINE_LINUX alone.
 */
export const grub: Loader = {
  id: 'grub',
  name: 'GRUB',
  source:
    "GRUB 2.06 and 2.12 as in Debian 12 and 13: util/grub-mkconfig.in with Debian's patch mkconfig-ubuntu-..., /etc/grub.d/10_linux",
  installed: (host) => (textAt(host, settings) === null ? undefined : settings),
  keepEntry: (host) => ({ change: undefined, wayBack: wayBack(host) }),
  plan(host, words) {
    const edit = `add ${words.join(' ')} to GRUB_CMDLINE_LINUX_DEFAULT in ${settings}, and have GRUB's menu made anew`
    const script = textAt(host, mkconfig)
    if (script === null || !script.includes('/default/grub.d/') || textAt(host, update) === null)
      return byHand(`GRUB here does not read ${dropIn}`, edit)
    if (host.list('/boot/grub').kind === 'absent') return byHand(`there is no ${menu}`, edit)
    const change: Configuration = {
      kind: 'configuration',
      id: 'command-line',
      title: `kernel command line: ${words.join(' ')} (GRUB)`,
      edits: [
        {
          path: dropIn,
          before: textAt(host, dropIn),
          after: dropInText(words),
          mode: 0o644,
          folders: missingFolders(host, dropIn),
        },
      ],
      commands: [{ run: ['update-grub'], rewrites: [menu] }],
    }
    return { change, wayBack: wayBack(host) }
  },
}

function dropInText(words: readonly string[]): string {
  return `# Written by handover; "handover undo" takes it away.
GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${words.join(' ')}"
`
}

function wayBack(host: Host): string {
  const hasNone = /^\s*GRUB_DISABLE_RECOVERY=["']?true/m.test(textAt(host, settings) ?? '')
  return hasNone
    ? 'The boot menu has no recovery entries (GRUB_DISABLE_RECOVERY): to start without it, edit the entry in the menu and add handover=off.'
    : 'The recovery entries of the boot menu stay as they are.'
}
