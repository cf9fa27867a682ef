import { fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { cmdlineText } from './grub-bls.js'
import { names } from './kernel-install.js'
import { commandLine, type Loader } from './loader.js'

const menu = '/boot/extlinux/extlinux.conf'
const reader = '/usr/share/u-boot-menu/read-config'
const settings = '/etc/default/u-boot'
const folder = '/etc/u-boot-menu/conf.d'
const dropIn = `${folder}/handover.conf`
const line = '/etc/kernel/cmdline'

/** extlinux.conf as Debian's u-boot-menu makes it, for U-Boot: of a variable, else of /etc/kernel/cmdline. */
export const extlinux: Loader = {
  id: 'extlinux',
  name: 'u-boot-menu',
  source: 'u-boot-menu 4.2.4: /usr/share/u-boot-menu/read-config, /usr/sbin/u-boot-update, u-boot-update(8)',
  startedBy: ['u-boot', 'syslinux'],
  inChargeOf: ['syslinux'],
  installed: (host) => ((textAt(host, menu) ?? '').includes('u-boot-update') ? menu : undefined),
  plan(host, words) {
    const edit = `add ${words.join(' ')} to U_BOOT_PARAMETERS in ${settings}, and run u-boot-update`
    if (!(textAt(host, reader) ?? '').includes(`${folder}/`))
      return byHand(`u-boot-menu here does not read ${dropIn}`, edit)
    const files = settingFiles(host)
    const setting = (name: string) =>
      files.filter(({ text }) => new RegExp(`^[^#\\n]*\\b${name}=`, 'm').test(text))
    if (setting('U_BOOT_UPDATE').length > 0)
      return byHand(`${setting('U_BOOT_UPDATE')[0]!.path} sets U_BOOT_UPDATE`, edit)
    const later = setting('U_BOOT_PARAMETERS').find(({ path }) => path > dropIn && path.startsWith(folder))
    if (later !== undefined) return byHand(`${later.path} is read after ${dropIn}`, edit)
    const cmdline = textAt(host, line)
    const commands = [{ run: ['u-boot-update'], rewrites: [menu] }]
    const wayBack =
      'The entries for the rescue target take no devices; to start without the words too, edit the line in U-Boot.'
    if (cmdline !== null && setting('U_BOOT_PARAMETERS').length === 0) {
      const after = cmdlineText(cmdline, words)
      if (after === undefined) return byHand(`${line} is not one line`, edit)
      return {
        change: commandLine('u-boot-menu', words, [fileEdit(host, line, after)], { commands }),
        wayBack,
      }
    }
    const text = `# Written by handover; "handover undo" takes it away.
U_BOOT_PARAMETERS="\${U_BOOT_PARAMETERS:-ro quiet} ${words.join(' ')}"
`
    return {
      change: commandLine('u-boot-menu', words, [fileEdit(host, dropIn, text)], { commands }),
      wayBack,
    }
  },
}

/** In the order in which they are read, without this program's own. */
function settingFiles(host: Host): readonly { readonly path: string; readonly text: string }[] {
  const fragments = ['/usr/share/u-boot-menu/conf.d', folder].flatMap((one) =>
    names(host, one).flatMap((name) => (name.endsWith('.conf') ? [`${one}/${name}`] : [])),
  )
  return [settings, ...fragments]
    .filter((path) => path !== dropIn)
    .flatMap((path) => {
      const text = textAt(host, path)
      return text === null ? [] : [{ path, text }]
    })
}
