import { type Configuration, missingFolders, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type ByHand, byHand } from './by-hand.js'

const settings = '/etc/default/grub'
const mkconfig = '/usr/sbin/grub-mkconfig'
const update = '/usr/sbin/update-grub'
const menu = '/boot/grub/grub.cfg'
export const dropIn = '/etc/default/grub.d/handover.cfg'

/**
 * Adds words to the kernel's command line with GRUB as Debian and Ubuntu have it: a file of its own in a folder that their
 * grub-mkconfig reads after /etc/default/grub (util/grub-mkconfig.in with Debian's patch mkconfig-ubuntu-...). The recovery
 * entries of the menu keep the line as it was: they are made of GRUB_CMDLINE_LINUX alone (/etc/grub.d/10_linux). Undefined:
 * no GRUB here.
 */
export function planGrub(host: Host, words: readonly string[]): Configuration | ByHand | undefined {
  const own = textAt(host, settings)
  if (own === null) return undefined
  const edit = `add ${words.join(' ')} to GRUB_CMDLINE_LINUX_DEFAULT in ${settings}, and have GRUB's menu made anew`
  const script = textAt(host, mkconfig)
  if (script === null || !script.includes('/default/grub.d/') || textAt(host, update) === null)
    return byHand(`GRUB here does not read ${dropIn}`, edit)
  if (host.list('/boot/grub').kind === 'absent') return byHand(`there is no ${menu}`, edit)
  return {
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
}

function dropInText(words: readonly string[]): string {
  return `# Written by handover; "handover undo" takes it away.
GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT ${words.join(' ')}"
`
}

/** Whether the menu has entries that boot without the change. */
export function keepsRecovery(host: Host): boolean {
  return !/^\s*GRUB_DISABLE_RECOVERY=["']?true/m.test(textAt(host, settings) ?? '')
}
