import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import { byHand } from './by-hand.js'
import { hasRecovery, scriptOf, settingEdit } from './grub.js'
import { cmdlineText } from './grub-bls.js'
import { commandLine, type Loader } from './loader.js'

const list = '/etc/kernel/proxmox-boot-uuids'
const line = '/etc/kernel/cmdline'
const refresh = ['proxmox-boot-tool', 'refresh']

/**
 * Proxmox with proxmox-boot-tool, which copies kernels to EFI system partitions that are not mounted otherwise, and has
 * systemd-boot or GRUB there start them: the first line of /etc/kernel/cmdline counts for the one, GRUB's settings for the other.
 * A computer may have partitions of both kinds, so that both files are edited.
 */
export const proxmox: Loader = {
  id: 'proxmox',
  name: 'proxmox-boot-tool',
  source:
    'proxmox-kernel-helper 8.1.0: src/proxmox-boot/functions (ESP_LIST), zz-proxmox-boot (update_esps, update_esp_func), src/bin/proxmox-boot-tool (refresh); Proxmox VE Administration Guide, Host Bootloader',
  startedBy: ['systemd-boot', 'grub'],
  inChargeOf: ['grub', 'systemd-boot', 'uki'],
  installed: (host) => ((textAt(host, list) ?? '').trim() === '' ? undefined : list),
  copiesImages: refresh,
  plan(host, words) {
    const edit = `add ${words.join(' ')} to the line in ${line} and to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub, then run proxmox-boot-tool refresh`
    const isEfi = host.list('/sys/firmware/efi').kind !== 'absent'
    const edits: FileEdit[] = []
    const text = textAt(host, line)
    if (text !== null) {
      const after = cmdlineText(text, words)
      if (after === undefined || !/(^|\s)root=/.test(text))
        return byHand(`${line} is not one line with root= in it`, edit)
      edits.push(fileEdit(host, line, after))
    } else if (isEfi) return byHand(`there is no ${line}`, edit)
    const script = scriptOf(host, 'grub-mkconfig')
    if (script !== null) {
      const setting = settingEdit(host, script, words)
      if (setting === undefined) return byHand('it is not certain what /etc/default/grub sets', edit)
      edits.push(setting)
    } else if (!isEfi) return byHand('there is no grub-mkconfig', edit)
    const commands = [{ run: refresh, rewrites: [] }]
    return {
      change: commandLine('proxmox-boot-tool', words, edits, { commands, takeBack: [refresh] }),
      wayBack:
        script !== null && !isEfi && hasRecovery(host)
          ? 'The recovery entries of the boot menu stay as they are.'
          : `To start without it, edit the entry in the menu (e): take ${words.join(' ')} out, and add handover=off.`,
    }
  },
}
