import type { Host } from '../../host/index.js'
import type { Evidence, Fact } from '../machine.js'
import { knownValue, readFact, readList } from '../read.js'

/** Where modules are named that are to be loaded when the computer starts, or put into its initramfs. */
export const moduleListFiles = [
  '/etc/modules', // modules(5), Debian
  '/etc/initramfs-tools/modules', // initramfs-tools(7)
  '/etc/mkinitcpio.conf', // mkinitcpio(8)
  '/etc/dracut.conf', // dracut.conf(5)
] as const

/** Folders of such files that end with `.conf`. */
export const moduleListFolders = [
  '/etc/modules-load.d', // modules-load.d(5)
  '/usr/lib/modules-load.d',
  '/etc/mkinitcpio.conf.d',
  '/etc/dracut.conf.d',
] as const

/** Their lines, without comments: evidence as it is. */
export function readModuleLists(host: Host): Fact<readonly Evidence[]> {
  const files: string[] = [...moduleListFiles]
  for (const folder of moduleListFolders) {
    const names = readList(host, folder)
    if ('unknown' in names) return names
    for (const name of knownValue(names) ?? [])
      if (/^[^.].*\.conf$/.test(name)) files.push(`${folder}/${name}`)
  }
  const lines: Evidence[] = []
  for (const path of files) {
    const text = readFact(host, path, (text) => text)
    if ('unknown' in text) {
      if (text.unknown === 'absent') continue
      return text
    }
    for (const line of text.value.split('\n')) {
      const value = line.trim()
      if (value !== '' && !/^[#;]/.test(value)) lines.push({ path, value })
    }
  }
  return { value: lines }
}
