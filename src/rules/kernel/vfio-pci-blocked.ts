import { commandLinePath, modprobeFolders, underscored } from '../../machine/index.js'
import { need, notHere, passes, seen, step, warning } from '../outcomes.js'
import type { ComputerRule, Outcome } from '../rule.js'

/** vfio-pci and what it needs, by their names in the kernel. */
const vfioPci = 'vfio_pci'
const modules = [vfioPci, 'vfio_pci_core', 'vfio', 'vfio_iommu_type1']

export const vfioPciBlocked: ComputerRule = {
  id: 'vfio-pci-blocked',
  title: 'May vfio-pci be loaded?',
  about: 'computer',
  looksAt: [commandLinePath, ...modprobeFolders],
  why: 'An install line of modprobe.d runs a command in place of loading the module, and the kernel itself refuses what module_blacklist= names. A blacklist line does less: modprobe loads a module that is asked for by its name, but with -b, as udev and libvirt call it, it does not.',
  fix: 'Take the line out; where the initramfs holds a copy of modprobe.d, make it anew.',
  since: ['module_blacklist= compares whole names with underscores: vfio-pci in it blocks nothing'],
  sources: [
    'kmod man/modprobe.d.5: blacklist, install; man/modprobe.8: --use-blacklist',
    'kmod libkmod/libkmod-config.c kcmdline_parse_result: modprobe.blacklist=',
    'Linux kernel/module/main.c blacklisted (6.1, 6.12, 7.3)',
    'kmod libkmod/libkmod-module.c kmod_module_probe_insert_module: install commands of modules that are needed run too',
    'libvirt src/util/virkmod.c virKModLoad',
  ],
  atWorst: 'step',
  check(machine) {
    const { state, evidence } = need(machine.system.vfioModule('vfio-pci'))
    if (state === 'built in' || state === 'loaded') return passes(`vfio-pci is ${state}`, evidence)
    if (state !== 'on disk') return notHere('there is no vfio-pci to be loaded', evidence)
    const words = need(machine.system.commandLine)
    const found: Outcome[] = []
    for (const { name, value, text } of words) {
      if (name === 'module_blacklist' && (value ?? '').split(',').some((one) => modules.includes(one)))
        found.push(
          step('the kernel is told to refuse a module that vfio-pci needs', seen(commandLinePath, text)),
        )
      if (
        name === 'modprobe.blacklist' &&
        (value ?? '').split(',').some((one) => underscored(one) === vfioPci)
      )
        found.push(warning(byNameOnly, seen(commandLinePath, text)))
    }
    for (const { keyword, module, rest, path, text } of need(machine.system.modprobe)) {
      if (keyword === 'blacklist' && module === vfioPci) found.push(warning(byNameOnly, seen(path, text)))
      if (keyword === 'install' && modules.includes(module) && /^(\S*\/)?(true|false)\b/.test(rest))
        found.push(step(`in place of loading ${module} modprobe runs ${rest}`, seen(path, text)))
    }
    return found.length > 0 ? found : passes('nothing keeps vfio-pci from being loaded')
  },
}

const byNameOnly = 'vfio-pci is loaded when it is asked for by its name, but not when libvirt asks'
