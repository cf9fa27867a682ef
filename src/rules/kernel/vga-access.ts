import type { Evidence, Fact, Machine } from '../../machine/index.js'

const parameter = '/sys/module/vfio_pci/parameters/disable_vga'

/**
 * Whether vfio-pci of this kernel was built with CONFIG_VFIO_PCI_VGA, and so can give VGA ranges away. Where it runs, its
 * parameter disable_vga shows it (Linux drivers/vfio/pci/vfio_pci.c); else the kernel's configuration.
 */
export function vgaAccess({
  system,
}: Machine): Fact<{ readonly built: boolean; readonly evidence: Evidence }> {
  const driver = system.vfioModule('vfio-pci')
  if ('unknown' in driver) return driver
  if (driver.value.state === 'built in' || driver.value.state === 'loaded') {
    const value = system.moduleParameter('vfio_pci', 'disable_vga')
    if ('unknown' in value) return value
    return {
      value: { built: value.value !== null, evidence: { path: parameter, value: value.value ?? 'absent' } },
    }
  }
  const config = system.kernelConfig
  if ('unknown' in config) return config
  const { path, options } = config.value
  const built = options.get('VFIO_PCI_VGA') === 'y'
  return {
    value: {
      built,
      evidence: { path, value: built ? 'CONFIG_VFIO_PCI_VGA=y' : 'CONFIG_VFIO_PCI_VGA is not set' },
    },
  }
}
