import { type FileEdit, fileEdit } from '../../changes/index.js'
import { checkDevice, rules } from '../../rules/index.js'
import { type About, written } from './wish.js'

const path = '/etc/modprobe.d/handover-vfio.conf'

/**
 * Keeps vfio-pci from putting idle devices to sleep, where a device that is asked for does not answer, of which the rule says
 * so. The rule about sleep itself advises it only after a start failed, which is not known here. It counts when vfio-pci is
 * loaded (Linux drivers/vfio/pci/vfio_pci.c vfio_pci_init, 6.1 and 6.12), from the initramfs too, which has its own copy of
 * /etc/modprobe.d (mkinitramfs of initramfs-tools 0.148, kernel-modules of dracut 106).
 */
export function planIdleSleep({ host, machine, devices }: About): FileEdit | undefined {
  const asked = rules.filter(({ id }) => id === 'device-answers')
  const needs = devices.some((f) => checkDevice(machine, f, asked).findings.length > 0)
  return needs ? fileEdit(host, path, `${written}\noptions vfio-pci disable_idle_d3=1\n`) : undefined
}
