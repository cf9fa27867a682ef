import { commandLinePath, processorPath, splitLockPath } from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const splitLocks: ComputerRule = {
  id: 'split-locks',
  title: 'Do guests with split locks go on running?',
  about: 'computer',
  looksAt: [`${processorPath} flags`, splitLockPath, commandLinePath],
  why: 'An atomic access across two cache lines, a split lock, holds the whole memory bus. Newer Intel processors report it, and Linux then lets the processor of the guest sleep for 10 ms, one such at a time. Some games and old programs do it all the time: the machine stalls, and the log says "#AC: ... took a split_lock trap".',
  fix: 'Where a machine stalls: sysctl kernel.split_lock_mitigate=0, kept in /etc/sysctl.d; before Linux 6.2: split_lock_detect=off on the command line. Then such a guest slows the others down instead.',
  since: ['Linux 5.7: detection; 5.19: the sleep; 6.2: kernel.split_lock_mitigate, also in later 6.1'],
  sources: [
    'Linux arch/x86/kernel/cpu/intel.c split_lock_warn, handle_guest_split_lock, sld_state_setup (6.1, 6.12); bus_lock.c (7.3)',
    'Linux arch/x86/kvm/vmx/vmx.c handle_exception_nmi',
    'Linux Documentation/admin-guide/sysctl/kernel.rst split_lock_mitigate',
  ],
  atWorst: 'warning',
  check({ system }) {
    if (!need(system.processor).flags.has('split_lock_detect'))
      return notHere('the processor does not report split locks')
    const mode = need(system.commandLine).findLast(({ name }) => name === 'split_lock_detect')?.value
    const word = seen(commandLinePath, `split_lock_detect=${mode}`)
    if (mode === 'off') return passes('split locks are not looked for', word)
    if (mode === 'fatal')
      return warning('a guest with a split lock is ended: QEMU gets SIGBUS', word, {
        fix: "take split_lock_detect=fatal out of the kernel's command line",
      })
    const mitigate = need(system.splitLockMitigate)
    if (mitigate === '0')
      return passes('split locks of guests are only logged', seen(splitLockPath, mitigate))
    return passes(
      'guests run as fast as they can, but for those with split locks, which few have',
      seen(processorPath, 'flags split_lock_detect'),
      ...(mitigate === null ? [] : [seen(splitLockPath, mitigate)]),
    )
  },
}
