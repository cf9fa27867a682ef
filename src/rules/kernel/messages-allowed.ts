import { commandLinePath } from '../../machine/index.js'
import { need, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const messagesAllowed: ComputerRule = {
  id: 'messages-allowed',
  title: 'Does the kernel let devices send their interrupts as messages?',
  about: 'computer',
  looksAt: [commandLinePath],
  why: 'With pci=nomsi no device of the host gets MSI or MSI-X, nor does one in a machine: only INTx, which is slow, is shared with others, and is not enough for devices that have no INTx.',
  fix: "Take nomsi out of pci= on the kernel's command line, and restart.",
  sources: ['Linux drivers/pci/pci.c pci_setup', 'Linux drivers/pci/msi/msi.c pci_msi_supported (6.1, 7.3)'],
  atWorst: 'warning',
  check(machine) {
    const words = need(machine.system.commandLine)
    const off = words.find(({ name, value }) => name === 'pci' && value?.split(',').includes('nomsi'))
    return off
      ? warning('the kernel is told to use no message interrupts', seen(commandLinePath, off.text))
      : passes("the kernel's command line leaves message interrupts on")
  },
}
