import { commandLinePath, knownValue, type Parameter } from '../../machine/index.js'
import { impossible, need, passes, seen, step } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const iommuGroup: DeviceRule = {
  id: 'iommu-group',
  title: 'Is an IOMMU in charge of the device?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/iommu_group',
    '/sys/class/iommu',
    commandLinePath,
    'the groups that the kernel would make, where it made none',
  ],
  why: 'Only a function with an IOMMU group can go to vfio-pci. The kernel makes none for a function that the tables of the firmware leave out, such as the root complex of AMD and the IOMMU itself.',
  fix: 'Hand over another device, or put the card into another slot.',
  sources: [
    'Linux drivers/iommu/iommu.c iommu_probe_device; intel/iommu.c device_lookup_iommu; amd/iommu.c check_device',
    'Linux drivers/vfio/group.c vfio_group_find_or_alloc (6.12), drivers/vfio/vfio_main.c (6.1)',
    'Linux drivers/iommu/intel/iommu.c intel_iommu_setup: igfx_off',
  ],
  atWorst: 'impossible',
  check(handover) {
    const { device, machine } = handover
    const path = `/sys/bus/pci/devices/${device.address}/iommu_group`
    const number = knownValue(device.group)
    if (typeof number === 'number') return passes('it has a group', seen(path, String(number)))
    const used = knownValue(machine.iommus) ?? []
    if (number === null && used.length > 0) {
      const evidence = [seen(path, 'absent'), seen('/sys/class/iommu', used.join(' '))]
      const left = leftOut(need(machine.system.commandLine), need(device.class))
      if (left !== undefined)
        return step(
          'the command line keeps the IOMMU away from it',
          [...evidence, seen(commandLinePath, left)],
          {
            fix: `take ${left} out of the kernel's command line, and restart`,
          },
        )
      return impossible('no IOMMU is in charge of it', evidence)
    }
    if (need(handover.group).length === 0)
      return impossible('no IOMMU would be in charge of it', seen('predicted group', 'none'))
    return passes('it would have a group', seen('predicted group', device.address))
  },
}

/** VT-d's `igfx_off` leaves the unit of the integrated display out. */
function leftOut(line: readonly Parameter[], code: number): string | undefined {
  if (code >> 16 !== 0x03) return undefined
  return line.find(({ name, value }) => name === 'intel_iommu' && value?.split(',').includes('igfx_off'))
    ?.text
}
