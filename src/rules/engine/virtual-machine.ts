import { knownValue, processorPath } from '../../machine/index.js'
import { need, passes, seen, undecided, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const units = '/sys/class/iommu'

export const virtualMachine: ComputerRule = {
  id: 'virtual-machine',
  title: 'If this is a virtual machine, has it an IOMMU?',
  about: 'computer',
  looksAt: [`${processorPath} flags`, '/sys/class/dmi/id', units],
  why: 'Inside a virtual machine only devices that its host gave it are real, and they can be given on only where the host also gives it a virtual IOMMU. The firmware setup of a virtual machine has no switch for that.',
  fix: 'At the host of this machine, with QEMU: -machine q35,kernel-irqchip=split -device intel-iommu,intremap=on,caching-mode=on; with libvirt: <iommu model="intel"><driver intremap="on" caching_mode="on"/></iommu> and <ioapic driver="qemu"/> in <features>. Then intel_iommu=on on the command line in here.',
  sources: [
    'Linux arch/x86/include/asm/cpufeatures.h X86_FEATURE_HYPERVISOR',
    'QEMU hw/i386/intel_iommu.c vtd_machine_done_notify_one: vfio-pci wants caching-mode=on',
    'libvirt docs/formatdomain.rst, IOMMU devices',
  ],
  atWorst: 'warning',
  check({ system, iommus }) {
    const { flags, vendor } = need(system.processor)
    if (vendor === null) undecided('told of x86 processors only', processorPath)
    if (!flags.has('hypervisor')) return passes('no hypervisor is below it')
    if (need(system.xen) === 'dom0') return passes('Xen is below it, which is a matter of its own')
    const name = knownValue(system.computerName)
    const evidence = [
      seen(processorPath, 'flags hypervisor'),
      ...(name ? [seen('/sys/class/dmi/id', name)] : []),
    ]
    const used = need(iommus)
    if (used.length > 0)
      return passes(
        'this is a virtual machine, to which its host gives an IOMMU',
        ...evidence,
        seen(units, used.join(' ')),
      )
    return warning('this is a virtual machine, and its host gives it no IOMMU', [
      ...evidence,
      seen(units, 'empty'),
    ])
  },
}
