import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readList } from '../read.js'

export const miscDevicesFolder = '/sys/class/misc'

/**
 * Names of the misc devices that drivers have made: `kvm`, `vfio` (the container, /dev/vfio/vfio), `iommu` (iommufd), ...
 * (Linux drivers/char/misc.c; virt/kvm/kvm_main.c, drivers/vfio/container.c, drivers/iommu/iommufd/main.c).
 */
export function readMiscDevices(host: Host): Fact<readonly string[]> {
  return readFolder(host, miscDevicesFolder)
}

function readFolder(host: Host, path: string): Fact<readonly string[]> {
  const names = readList(host, path)
  if ('unknown' in names) return names
  return names.value === null ? { unknown: 'absent', path } : { value: names.value }
}
