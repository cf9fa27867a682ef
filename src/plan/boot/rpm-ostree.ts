import { isShown, type Shown } from '../../changes/index.js'
import { byHand } from './by-hand.js'
import { commandLine, type Loader } from './loader.js'

const mark = '/run/ostree-booted'
const program = '/usr/bin/rpm-ostree'

/**
 * rpm-ostree (Fedora's atomic desktops, Bazzite, CoreOS): the line is of a deployment, and a change of it makes another deployment,
 * to be started from the next start on. The one of today stays in the boot menu.
 */
export const rpmOstree: Loader = {
  id: 'rpm-ostree',
  name: 'rpm-ostree',
  source:
    'rpm-ostree 2026.2: man/rpm-ostree.xml (kargs), src/daemon/rpmostreed-transaction-types.cxx (kernel_arg_apply_patching); libostree of 2026: src/libostree/ostree-sysroot-private.h (staged-deployment), ostree-sysroot-deploy.c (kargs, bootloader_entry_filename)',
  startedBy: ['grub', 'systemd-boot', 'systemd-stub', 'u-boot', 'syslinux'],
  inChargeOf: ['grub', 'grub-bls', 'systemd-boot', 'uki', 'syslinux', 'extlinux'],
  installed: (host) => (host.readBytes(mark, 1).kind === 'absent' ? undefined : mark),
  plan(host, words) {
    if (host.readBytes(program, 1).kind !== 'value')
      return byHand(
        `this system is started by ostree, but there is no ${program}`,
        `add ${words.join(' ')} to the kernel arguments of its deployments`,
      )
    const kargs = (option: string, of: readonly string[]) => [
      'rpm-ostree',
      'kargs',
      ...of.map((word) => `--${option}=${word}`),
    ]
    // Only what this change adds is taken away again.
    const added = words.filter((word) => !isShown(host, shown([word])))
    return {
      change: commandLine('rpm-ostree', words, [], {
        commands: [{ run: kargs('append-if-missing', words), rewrites: [], shownBy: shown(words) }],
        takeBack: added.length > 0 ? [kargs('delete-if-present', added)] : [],
      }),
      wayBack: 'The deployment of today stays in the boot menu, below the new one.',
    }
  },
}

/** While a deployment waits for the restart, its arguments are in one file; then in the entry with the highest number. */
const shown = (words: readonly string[]): Shown => ({
  words,
  file: '/run/ostree/staged-deployment',
  folder: '/boot/loader/entries',
  names: '^ostree-\\d+(-.*)?(\\+.*)?\\.conf$',
})
