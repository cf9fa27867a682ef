import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { kernelReleasePath } from '../../machine/index.js'
import { type ByHand, byHand } from './by-hand.js'
import { type EarlyFunction, takeScript } from './early.js'
import { hasInitramfsTools } from './initramfs-tools.js'
import { imagesOf, names } from './kernel-install.js'
import { earlyBinding, family, type InitramfsMaker } from './maker.js'

const dracutPath = '/usr/bin/dracut'
const module = '/usr/lib/dracut/modules.d/90handover'
const conf = '/etc/dracut.conf.d/handover.conf'

/**
 * dracut: a module of its own, whose pre-udev hook runs before udev starts, with systemd in the initramfs (dracut-pre-udev.service:
 * Before=systemd-udevd.service) and without (modules.d/*base/init.sh). No version looks for modules anywhere but in
 * /usr/lib/dracut/modules.d. By id no module is needed: what is in force_drivers is loaded at the end of pre-udev.
 *
 * Every image is made by its name, as the kernel's hook of Debian does: what `--regenerate-all` writes to depends on which folders
 * there are. So the rescue image, whose name is no kernel's, stays as it is.
 */
export const dracut: InitramfsMaker = {
  id: 'dracut',
  name: 'dracut',
  source:
    'dracut 059, 106 and 112 as in Debian 12, 13 and sid: dracut.sh (outfile, for_each_module_dir, force_drivers), dracut-init.sh, modules.d/*dracut-systemd, /etc/kernel/postinst.d/dracut; dracut 111: dracut.conf.d/opensuse/01-dist.conf',
  installed: (host) =>
    textAt(host, dracutPath) === null || hasInitramfsTools(host) ? undefined : dracutPath,
  plan: (host, functions) =>
    change(host, 'dracut', [
      fileEdit(host, `${module}/module-setup.sh`, setupText, 0o755),
      fileEdit(host, `${module}/handover.sh`, hookText(functions), 0o755),
    ]),
  planById: (host, modprobe) => change(host, 'dracut, by id', [modprobe, fileEdit(host, conf, confText)]),
}

function change(host: Host, how: string, edits: readonly FileEdit[]) {
  const found = findImages(host)
  if ('because' in found) return found
  const { before, after, images } = found
  const like = `${before.replaceAll('.', '\\.')}\\d.*${after.replaceAll('.', '\\.')}`
  return earlyBinding(how, edits, [
    {
      run: ['sh', '-c', loop(before, after)],
      rewrites: images,
      family: family(host, '/boot', like, images),
    },
  ])
}

/** How distributions name images, before and after the kernel's release. */
const namings = [
  { before: 'initrd.img-', after: '' }, // Debian, Ubuntu
  { before: 'initramfs-', after: '.img' }, // dracut by itself: Fedora and the like, Gentoo
  { before: 'initrd-', after: '' }, // openSUSE
] as const

interface Images {
  readonly before: string
  readonly after: string
  readonly images: readonly string[]
}

function findImages(host: Host): Images | ByHand {
  const edit = `have dracut put vfio-pci into the initramfs, and write it to driver_override of the devices before udev starts (a hook of ${module})`
  if (textAt(host, '/run/ostree-booted') !== null)
    return byHand('this system is an image of ostree, in which /usr is not written to', edit)
  const against = configuredAgainst(host)
  if (against !== undefined) return byHand(against, edit)

  const running = textAt(host, kernelReleasePath)?.trim() ?? ''
  const kernels = names(host, '/lib/modules').filter((name) =>
    names(host, `/lib/modules/${name}`).includes('modules.dep'),
  )
  const inBoot = names(host, '/boot')
  const named = namings.filter(({ before, after }) => inBoot.includes(`${before}${running}${after}`))
  const [first, second] = named
  if (first === undefined || !kernels.includes(running))
    return byHand(`no image of dracut's for the running kernel ${running} is in /boot`, edit)
  if (second !== undefined)
    return byHand(
      `the running kernel ${running} has several images in /boot: ${named.map(({ before, after }) => `${before}${running}${after}`).join(', ')}`,
      edit,
    )
  // What kernel-install makes of an image in /boot is made anew with it; see initramfs.ts.
  const unified = imagesOf(host).find(({ path, made }) => made === undefined && path.includes(running))
  if (unified !== undefined)
    return byHand(`there is ${unified.path} too, of which it is not known what makes it`, edit)
  const { before, after } = first
  const images = kernels.map((kernel) => `${before}${kernel}${after}`).filter((name) => inBoot.includes(name))
  return { before, after, images: images.map((name) => `/boot/${name}`) }
}

/** Settings with which a module or a driver does not come into the image, or the image is none. */
const settings = [
  /^\s*(dracutmodules|dracutbasedir|no_kernel)\+?=/m,
  /^\s*omit_dracutmodules\+?=.*\b(base|systemd|dracut-systemd|handover)\b/m,
  /^\s*omit_drivers\+?=.*\bvfio/m,
  /^\s*uefi\+?=["']?yes/m,
]

function configuredAgainst(host: Host): string | undefined {
  const folders = ['/usr/lib/dracut/dracut.conf.d', '/etc/dracut.conf.d']
  const files = folders.flatMap((folder) =>
    names(host, folder)
      .filter((name) => name.endsWith('.conf'))
      .map((name) => `${folder}/${name}`),
  )
  for (const path of ['/etc/dracut.conf', ...files]) {
    const text = textAt(host, path) ?? ''
    const line = settings.map((one) => one.exec(text)?.[0]).find((one) => one !== undefined)
    if (line !== undefined) return `${path} has ${line.trim()}`
  }
  return undefined
}

function loop(before: string, after: string): string {
  const version = after === '' ? '' : ` version=\${version%${after}};`
  return `for image in /boot/${before}*${after}; do version=\${image#/boot/${before}};${version} [ ! -e "/lib/modules/$version/modules.dep" ] || dracut --force "$image" "$version" || exit; done`
}

const setupText = `#!/bin/bash
# Written by handover; "handover undo" takes it away. Has devices given to vfio-pci before udev starts.

check() {
    return 0
}

depends() {
    echo base
}

installkernel() {
    # Also where no device of this computer has it yet.
    hostonly='' instmods vfio-pci
}

install() {
    inst_multiple cat modprobe
    inst_hook pre-udev 00 "$moddir/handover.sh"
}
`

/** dracut reads it into its own shell. */
function hookText(functions: readonly EarlyFunction[]): string {
  return `#!/bin/sh\n(\n${takeScript(functions)})\n`
}

/** With "_": version 059 puts it in place of the first "-" of the whole list alone. */
const confText = `# Written by handover; "handover undo" takes it away.
force_drivers+=" vfio_pci "
install_items+=" /etc/modprobe.d/handover.conf "
`
