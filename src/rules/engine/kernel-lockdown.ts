import { lockdownPath, moduleParameterPath } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const enforcePath = moduleParameterPath('module', 'sig_enforce')

export const kernelLockdown: ComputerRule = {
  id: 'kernel-lockdown',
  title: 'Does the kernel let root do what some recipes want?',
  about: 'computer',
  looksAt: [lockdownPath, enforcePath],
  why: "With Secure Boot many distributions lock their kernel down. vfio works all the same. What does not: modules without a signature that the kernel knows, such as vendor-reset built by hand; writing configuration space, as setpci does, and mapping or writing the resource files of a device in sysfs; /dev/mem; ACPI tables put over the firmware's.",
  fix: 'Have the module signed, as DKMS does by itself, and its key enrolled with mokutil --import; or switch Secure Boot off in the firmware setup.',
  since: ['Linux 5.4: lockdown'],
  sources: [
    'Linux security/lockdown/lockdown.c; include/linux/security.h enum lockdown_reason',
    'Linux drivers/pci/pci-sysfs.c pci_write_config, pci_mmap_resource, pci_write_resource_io; drivers/pci/proc.c (6.1, 6.12, 7.3)',
    'Linux kernel/module/signing.c module_sig_check, sig_enforce; drivers/acpi/tables.c acpi_table_upgrade',
  ],
  atWorst: 'note',
  check({ system }) {
    const level = need(system.lockdown)
    if (level !== null && level !== 'none' && level !== 'not shown')
      return note(
        `the kernel is locked down (${level}): unsigned modules, setpci and maps of resource files are refused, vfio is not`,
        seen(lockdownPath, level),
      )
    const enforced = need(system.moduleParameter('module', 'sig_enforce'))
    if (enforced === 'Y')
      return note('the kernel takes signed modules only', seen(enforcePath, enforced), {
        why: 'A module built by hand, such as vendor-reset, is refused. vfio is not concerned.',
      })
    if (level === 'not shown')
      return notHere(
        'whether it is locked down is not shown, since securityfs is not mounted; vfio works either way',
        seen('/sys/kernel/security', 'empty'),
      )
    return passes('the kernel is not locked down', ...(level === null ? [] : [seen(lockdownPath, level)]))
  },
}
