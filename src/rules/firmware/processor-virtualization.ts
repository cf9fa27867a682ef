import { hasSince, parseKernelVersion } from '../../iommu/index.js'
import {
  hypervisorTypePath,
  knownValue,
  type Machine,
  miscDevicesFolder,
  processorPath,
} from '../../machine/index.js'
import { need, notHere, passes, seen, step, undecided } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

/** Kernels read that take `svm` away where firmware switched it off (arch/x86/kernel/cpu/amd.c init_amd); 6.1 does not. */
const clearsSvm = ['6.12'] as const

export const processorVirtualization: ComputerRule = {
  id: 'processor-virtualization',
  title: 'Can the processor run virtual machines?',
  about: 'computer',
  looksAt: [processorPath, miscDevicesFolder, hypervisorTypePath],
  why: 'With VT-x (Intel) or SVM (AMD) the processor runs a virtual machine itself, at its own speed. Without it QEMU has to imitate a processor, which is many times slower.',
  fix: 'Switch on VT-x, also called Intel Virtualization Technology, or SVM Mode in the firmware setup. It is a different setting from VT-d or IOMMU.',
  since: [
    'Linux takes vmx away in /proc/cpuinfo where firmware locked VT-x off; svm not in 6.1, but in 6.12 and 7.3',
  ],
  sources: [
    'Linux arch/x86/kernel/cpu/feat_ctl.c init_ia32_feat_ctl',
    'Linux arch/x86/kernel/cpu/amd.c init_amd (6.12, 7.3); arch/x86/kvm/svm/svm.c is_disabled (6.1)',
    'Linux virt/kvm/kvm_main.c kvm_init: /dev/kvm is made last, once the processor was found able',
  ],
  atWorst: 'step',
  check(machine) {
    const runs = knownValue(machine.system.miscDevices)?.includes('kvm')
    if (runs) return passes('KVM runs', seen(`${miscDevicesFolder}/kvm`, 'there'))
    if (need(machine.system.xen) !== null)
      return notHere('Xen keeps virtualization to itself: see xen-dom0', seen(hypervisorTypePath, 'xen'))
    const { flags, vendor } = need(machine.system.processor)
    if (vendor === null) undecided('only known of x86 processors', processorPath)
    const flag = ['vmx', 'svm'].find((name) => flags.has(name))
    if (flag === undefined && flags.has('hypervisor'))
      return notHere(
        'this computer is a virtual machine, and its host decides',
        seen(processorPath, 'flags with hypervisor, without vmx and svm'),
      )
    if (flag === undefined)
      return step(
        'the processor shows neither VT-x nor SVM',
        seen(processorPath, 'flags without vmx and svm'),
      )
    if (mayBeOff(machine))
      undecided(
        'whether firmware switched SVM off: this kernel tells only by whether kvm_amd loads (modprobe kvm_amd; where that fails, switch SVM Mode on in the firmware setup)',
        miscDevicesFolder,
      )
    return passes('the processor can, and firmware lets it', seen(processorPath, flag))
  },
}

/** Whether firmware may have switched SVM off unseen. A virtual machine has no firmware that could. */
export function mayBeOff(machine: Machine): boolean {
  const { flags } = need(machine.system.processor)
  if (!flags.has('svm') || flags.has('hypervisor')) return false
  const kernel = parseKernelVersion(need(machine.kernel))
  return kernel === undefined || !hasSince(kernel, clearsSvm)
}
