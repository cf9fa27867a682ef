/** What decides whether the kernel lets a virtual machine have an IOMMU group. */

/** The general VFIO driver of the kernel; its name, its folder and the module that brings it. */
export const vfioPci = {
  driver: 'vfio-pci',
  module: 'vfio-pci',
  folder: '/sys/bus/pci/drivers/vfio-pci',
} as const

/**
 * Drivers that do not use the host's own DMA mappings (`driver_managed_dma` in their `pci_driver`). A group can be handed
 * over while its functions have one of these or none: `iommu_group_claim_dma_owner` counts only the others (Linux
 * drivers/iommu/iommu.c, drivers/pci/pci-driver.c `pci_dma_configure`, since 5.19; before that `vfio_group_viable` in
 * drivers/vfio/vfio.c, with the same result).
 */
export const unmanaged: readonly {
  readonly driver: string
  readonly vfio: boolean
  readonly source: string
}[] = [
  { driver: 'pcieport', vfio: false, source: 'drivers/pci/pcie/portdrv.c' },
  { driver: 'pci-stub', vfio: false, source: 'drivers/pci/pci-stub.c' },
  { driver: vfioPci.driver, vfio: true, source: 'drivers/vfio/pci/vfio_pci.c' },
  { driver: 'mlx5_vfio_pci', vfio: true, source: 'drivers/vfio/pci/mlx5/main.c' },
  { driver: 'hisi_acc_vfio_pci', vfio: true, source: 'drivers/vfio/pci/hisilicon/hisi_acc_vfio_pci.c' },
  { driver: 'pds_vfio_pci', vfio: true, source: 'drivers/vfio/pci/pds/pci_drv.c' },
  { driver: 'virtio_vfio_pci', vfio: true, source: 'drivers/vfio/pci/virtio/main.c' },
  { driver: 'nvgrace_gpu_vfio_pci', vfio: true, source: 'drivers/vfio/pci/nvgrace-gpu/main.c' },
  { driver: 'qat_vfio_pci', vfio: true, source: 'drivers/vfio/pci/qat/main.c' },
  { driver: 'xe-vfio-pci', vfio: true, source: 'drivers/vfio/pci/xe/main.c' },
  { driver: 'ism_vfio_pci', vfio: true, source: 'drivers/vfio/pci/ism/main.c' },
]

/** A function with this driver is handed over already. */
export function isVfioDriver(driver: string | null): boolean {
  return unmanaged.some((row) => row.vfio && row.driver === driver)
}

/** A function with this driver, or with none, keeps no group from being handed over. */
export function leavesGroupViable(driver: string | null): boolean {
  return driver === null || unmanaged.some((row) => row.driver === driver)
}
