import { miscDevicesFolder, processorPath } from '../../machine/index.js'
import { mayBeOff } from '../firmware/processor-virtualization.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const kvmThere: ComputerRule = {
  id: 'kvm-there',
  title: 'Is KVM there?',
  about: 'computer',
  looksAt: [`${miscDevicesFolder}/kvm`, processorPath],
  why: 'Without KVM QEMU emulates every instruction: a device can be given to such a machine too, but the machine runs many times slower.',
  fix: 'Load kvm_intel or kvm_amd. Whether virtualization is switched on in the firmware setup is told by processor-virtualization.',
  sources: [
    'Linux virt/kvm/kvm_main.c kvm_init: misc_register',
    'Linux arch/x86/kvm/vmx/vmx.c vmx_disabled_by_bios (6.1), svm/svm.c',
  ],
  atWorst: 'warning',
  check(machine) {
    const { system } = machine
    const devices = need(system.miscDevices)
    if (devices.includes('kvm')) return passes('KVM is there', seen(`${miscDevicesFolder}/kvm`, 'there'))
    const evidence = seen(`${miscDevicesFolder}/kvm`, 'not there')
    if (need(system.xen) !== null) return notHere('Xen is below this Linux: see xen-dom0', evidence)
    if (mayBeOff(machine))
      return notHere('whether the processor can is not decided: see processor-virtualization', evidence)
    const says = 'KVM is not there: machines would be emulated, which is slow'
    const { flags } = need(system.processor)
    const module = flags.has('vmx') ? 'kvm_intel' : flags.has('svm') ? 'kvm_amd' : undefined
    if (module !== undefined)
      return warning(
        says,
        [evidence, seen(processorPath, `flags ${module === 'kvm_intel' ? 'vmx' : 'svm'}`)],
        {
          fix: `load it: modprobe ${module}`,
        },
      )
    if (flags.has('hypervisor'))
      return warning(says, [evidence, seen(processorPath, 'flags hypervisor, neither vmx nor svm')], {
        fix: 'this is a virtual machine: switch nested virtualization on at its host (kvm_intel or kvm_amd with nested=1, processor model host)',
      })
    return notHere('the processor cannot: see processor-virtualization', evidence)
  },
}
