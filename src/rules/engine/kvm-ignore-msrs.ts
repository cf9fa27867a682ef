import { moduleParameterPath } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const path = moduleParameterPath('kvm', 'ignore_msrs')

export const kvmIgnoreMsrs: ComputerRule = {
  id: 'kvm-ignore-msrs',
  title: 'Does KVM tell a guest which processor registers it lacks?',
  about: 'computer',
  looksAt: [path],
  why: 'A guest that asks for a model-specific register which KVM does not know gets a fault, and most handle that. With ignore_msrs=1 it gets 0 instead, and takes it for true. A few need that: macOS, and some programs that watch the processor, which stop Windows otherwise. Drivers of devices do not.',
  fix: 'Where no guest needs it, take ignore_msrs=1 out of /etc/modprobe.d; the kernel log shows what is asked for while report_ignored_msrs is on.',
  sources: [
    'Linux Documentation/admin-guide/kernel-parameters.txt kvm.ignore_msrs',
    'Linux arch/x86/kvm/x86.c kvm_do_msr_access (6.12), kvm_msr_ignored_check (6.1); kvm_arch_init_vm, which warns of it (7.3)',
  ],
  atWorst: 'note',
  check({ system }) {
    const value = need(system.moduleParameter('kvm', 'ignore_msrs'))
    if (value === null) return notHere('the module kvm is not loaded')
    if (value !== 'Y') return passes('KVM does not hide unknown registers from guests', seen(path, value))
    return note('KVM answers for processor registers that it does not have', seen(path, value))
  },
}
