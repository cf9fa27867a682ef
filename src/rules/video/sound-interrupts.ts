import { capabilityOf } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { classPath, classText } from './display.js'

export const soundInterrupts: DeviceRule = {
  id: 'sound-interrupts',
  title: 'Does a Windows machine take message interrupts from the sound function?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/class: 0401, 0403', 'its MSI capability'],
  why: 'A Windows driver uses message interrupts (MSI) only where its installation says so in the registry. Where it does not, the function stays on INTx, each interrupt takes a way through the host to be masked and unmasked, and sound crackles under load. Linux takes MSI by itself, but for a few chips.',
  fix: 'In Windows look at the resources of the device in the device manager: a negative IRQ number is MSI. Else set MSISupported (DWORD) to 1 under HKLM\\SYSTEM\\CurrentControlSet\\Enum\\PCI\\<device>\\<instance>\\Device Parameters\\Interrupt Management\\MessageSignaledInterruptProperties, and restart the machine. A new version of the driver may set it back.',
  sources: [
    'Microsoft, Windows hardware drivers: "Enabling Message-Signaled Interrupts in the Registry"',
    'https://vfio.blogspot.com/2014/09/vfio-interrupts-and-how-to-coax-windows.html',
    'Linux sound/pci/hda/hda_intel.c azx_acquire_irq (6.1)',
  ],
  atWorst: 'note',
  check({ device }) {
    const subclass = need(device.class) >> 8
    const ofClass = seen(classPath(device), classText(device))
    if (subclass !== 0x0401 && subclass !== 0x0403) return notHere('it is no sound function', ofClass)
    const path = `/sys/bus/pci/devices/${device.address}/config`
    if (need(capabilityOf(device, 'msi')) === null)
      return passes('it has no MSI, and so nothing to switch on', seen(path, 'no MSI capability'))
    return note('it has MSI, which Windows may leave off: sound may crackle', seen(path, 'MSI capability'))
  },
}
