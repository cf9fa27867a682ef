import type { Regeneration } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import {
  type BootFile,
  countsBoots,
  editCmdline,
  imagesOf,
  newestOf,
  runKernelInstall,
} from './kernel-install.js'
import { commandLine, type Loader } from './loader.js'

const wayBackName = '00-without-handover.efi'

/**
 * Unified kernel images: kernel, initramfs and command line in one file, which the firmware or systemd-boot starts. Those that
 * kernel-install makes are made anew, and the newest one is kept as it is.
 */
export const unifiedKernelImage: Loader = {
  id: 'uki',
  name: 'unified kernel image',
  source:
    'Boot Loader Specification, type 2; systemd 257: src/kernel-install/60-ukify.install, 90-uki-copy.install',
  startedBy: ['systemd-stub'],
  inChargeOf: [],
  installed: (host) => images(host)[0]?.path,
  keepEntry(host) {
    const title = 'the unified kernel image as it is (a copy)'
    const commands = copyOf(host)
    return {
      change:
        commands.length > 0
          ? { kind: 'configuration', id: 'command-line', title, edits: [], commands }
          : undefined,
      wayBack,
    }
  },
  plan(host, words) {
    const command = runKernelInstall(host)
    const edit = `add ${words.join(' ')} to the command line that the images in ${images(host)[0]!.boot}/EFI/Linux are made with, and make them anew`
    if (command === undefined || images(host).some(({ made }) => made === undefined))
      return byHand('what makes the unified kernel images here is not known (kernel-install would be)', edit)
    if (countsBoots(host)) return byHand('boot counting gives images another name at every start', edit)
    return {
      change: commandLine('unified kernel image', words, [editCmdline(host, words)], {
        commands: [...copyOf(host), command],
      }),
      wayBack,
    }
  },
}

const wayBack = `One more image, ${wayBackName}, is the one of before: choose it in the boot menu.`

function images(host: Host): readonly BootFile[] {
  return imagesOf(host).filter(({ path }) => !path.endsWith(`/${wayBackName}`))
}

/** Keeps the newest image under a name that comes last of equals in the menu; nothing where one is kept already. */
function copyOf(host: Host): readonly Regeneration[] {
  const newest = newestOf(images(host))
  const path = `${newest.boot}/EFI/Linux/${wayBackName}`
  return imagesOf(host).some((one) => one.path === path)
    ? []
    : [{ run: ['cp', newest.path, path], rewrites: [path] }]
}
