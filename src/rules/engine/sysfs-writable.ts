import { need, notHere, passes, seen, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const path = '/proc/self/mountinfo'

export const sysfsWritable: ComputerRule = {
  id: 'sysfs-writable',
  title: 'Can drivers be bound from here?',
  about: 'computer',
  looksAt: [`${path} /sys`],
  why: 'Devices change their drivers by files in /sys. In a container it is mounted read-only, and what is seen there is the host around it.',
  fix: 'Run handover on the computer itself, not in a container.',
  sources: [
    'proc(5) mountinfo',
    'Linux Documentation/ABI/testing/sysfs-bus-pci: bind, unbind, driver_override',
  ],
  atWorst: 'step',
  check({ system, source }) {
    if (source.kind === 'lspci') return notHere('nothing is bound from pasted text')
    return need(system.sysfsWritable)
      ? passes('sysfs may be written', seen(path, '/sys rw'))
      : step('sysfs is read-only here, as in a container', seen(path, '/sys ro'))
  },
}
