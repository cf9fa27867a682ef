import { acpiTablesFolder, knownValue, processorPath } from '../../machine/index.js'
import { need, notHere, passes, seen, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const units = '/sys/class/iommu'

export const virtualMachine: ComputerRule = {
  id: 'virtual-machine',
  title: 'If this is a virtual machine, has it an IOMMU?',
  about: 'computer',
  looksAt: [`${processorPath} flags`, '/sys/class/dmi/id', units, acpiTablesFolder],
  why: 'Inside a virtual machine only devices that its host gave it are real, and they can be given on only where the host also gives it a virtual IOMMU. The firmware setup of a virtual machine has no switch for that.',
  fix: 'At the host of this machine, with QEMU: -machine q35,kernel-irqchip=split -device intel-iommu,intremap=on,caching-mode=on; with libvirt: <iommu model="intel"><driver intremap="on" caching_mode="on"/></iommu> and <ioapic driver="qemu"/> in <features>. In here intel_iommu=on on the command line, where the kernel does not use VT-d by itself.',
  sources: [
    'Linux arch/x86/include/asm/cpufeatures.h X86_FEATURE_HYPERVISOR',
    'QEMU hw/i386/intel_iommu.c vtd_machine_done_notify_one: vfio-pci wants caching-mode=on',
    'libvirt docs/formatdomain.rst, IOMMU devices',
  ],
  atWorst: 'step',
  check({ system, iommus, iommuTables }) {
    const { flags, vendor } = need(system.processor)
    if (vendor === null) return notHere('only processors of x86 tell it')
    if (!flags.has('hypervisor')) return passes('no hypervisor is below it')
    if (need(system.xen) !== null) return notHere('Xen is below it: see xen-dom0')
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
    const described = need(iommuTables)
    if (described.length > 0)
      return passes(
        'this is a virtual machine, and its firmware describes an IOMMU',
        ...evidence,
        seen(acpiTablesFolder, described.join(' ')),
      )
    return step('this is a virtual machine, and its host gives it no IOMMU', [
      ...evidence,
      seen(units, 'empty'),
      seen(acpiTablesFolder, 'no DMAR, IVRS, IORT or VIOT'),
    ])
  },
}
