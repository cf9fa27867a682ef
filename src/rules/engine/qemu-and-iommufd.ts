import { miscDevicesFolder, moduleParameterPath, qemuPrograms } from '../../machine/index.js'
import { need, note, notHere, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

/** The QEMU that first speaks to it. */
const since = { major: 9, minor: 0 } as const

const use = 'name it to QEMU: -object iommufd,id=iommufd0 -device vfio-pci,iommufd=iommufd0,host=...'

export const qemuAndIommufd: ComputerRule = {
  id: 'qemu-and-iommufd',
  title: 'Does QEMU speak the interface by which this kernel gives devices away?',
  about: 'computer',
  looksAt: [
    miscDevicesFolder,
    moduleParameterPath('vfio_pci', 'disable_idle_d3'),
    `${qemuPrograms[0]} --version`,
  ],
  why: 'A kernel gives devices to programs by groups and /dev/vfio/vfio, by the newer /dev/iommu (iommufd), or by both. Built with the newer alone, it has nothing to open for a QEMU that knows the older alone.',
  fix: 'Install QEMU 9.0 or newer, or a kernel with CONFIG_VFIO_GROUP and CONFIG_VFIO_CONTAINER, which is what distributions build.',
  since: ['Linux 6.2: iommufd; 6.6: /dev/vfio/devices', 'QEMU 9.0: -object iommufd'],
  sources: [
    'Linux drivers/vfio/Kconfig VFIO_GROUP, VFIO_CONTAINER; drivers/iommu/iommufd/Kconfig IOMMUFD_VFIO_CONTAINER (6.12, 7.3)',
    'QEMU qapi/qom.json IOMMUFDProperties, since 9.0',
  ],
  atWorst: 'warning',
  check({ system }) {
    const devices = need(system.miscDevices)
    if (devices.includes('vfio'))
      return passes('the kernel offers /dev/vfio/vfio', seen(`${miscDevicesFolder}/vfio`, 'there'))
    if (!devices.includes('iommu')) return notHere('neither vfio nor iommufd is loaded')
    // iommufd alone tells nothing while vfio is not loaded: it would bring the other.
    if (need(system.moduleParameter('vfio_pci', 'disable_idle_d3')) === null)
      return notHere('vfio-pci is not loaded')
    const evidence = seen(miscDevicesFolder, 'iommu, and no vfio')
    const qemu = need(system.qemu)
    if (qemu === null) return notHere('QEMU is not installed', evidence)
    const speaks = qemu.major > since.major || (qemu.major === since.major && qemu.minor >= since.minor)
    return speaks
      ? note('this kernel gives devices away by iommufd alone, which QEMU uses where told to', evidence, {
          fix: use,
        })
      : warning(
          `this kernel gives devices away by iommufd alone, and QEMU ${qemu.version} does not know that`,
          [evidence, seen(qemu.path, qemu.version)],
        )
  },
}
