import { knownValue, processorPath, sizeText } from '../../machine/index.js'
import { need, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const dmaWidth: DeviceRule = {
  id: 'dma-width',
  title: "Can the IOMMU reach every address that the virtual machine's memory may have?",
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/iommu', '/sys/class/iommu/*/intel-iommu/cap', processorPath],
  why: "Some units of Intel's VT-d take addresses of 39 bits only, 512 GiB, while the processor has more. A virtual machine that is shown the processor's full width has its firmware place large BARs near the top, where the IOMMU cannot map them: QEMU warns of vfio_dma_map or vfio_container_dma_map = -22, devices cannot reach each other, and where memory itself lies there (ivshmem, very large guests) it does not start.",
  fix: "Show the virtual machine no more than the IOMMU's width.",
  since: [
    'QEMU 7.2 to 10.2: -cpu host shows the full width unless host-phys-bits-limit is given',
    'libvirt 9.3.0: <maxphysaddr mode="passthrough" limit="39"/>',
  ],
  sources: [
    'Linux drivers/iommu/intel/iommu.c prepare_domain_attach_device (6.1, 6.12), compute_vasz_lg2_ss, compute_vasz_lg2_fs (7.3)',
    'VT-d, Capability Register: MGAW, SAGAW',
    'QEMU target/i386/host-cpu.c host_cpu_max_instance_init (7.2), host_cpu_instance_init (10.2); hw/vfio/listener.c vfio_container_region_add',
    'libvirt docs/formatdomain.rst: maxphysaddr',
  ],
  atWorst: 'warning',
  check({ device, machine }) {
    if (knownValue(device.isBridge)) return notHere('it is a bridge')
    const units = need(machine.iommus)
    if (!units.some((name) => name.startsWith('dmar'))) return notHere('no VT-d is in use')
    const name = need(machine.system.iommuUnitOf(device.address))
    if (name === null) return notHere('no IOMMU is in charge of it')
    const { addressBits, path } = need(machine.system.vtdUnit(name))
    const { physicalBits } = need(machine.system.processor)
    if (physicalBits === null) undecided('the width of a physical address is not told', processorPath)
    const evidence = [seen(path, `${addressBits} bits`), seen(processorPath, `${physicalBits} bits physical`)]
    if (addressBits >= physicalBits) return passes(`it takes addresses of ${addressBits} bits`, ...evidence)
    const reach = sizeText(1n << BigInt(addressBits))
    return warning(
      `its IOMMU takes addresses of ${addressBits} bits (${reach}), the processor has ${physicalBits}`,
      evidence,
      {
        fix: `give the virtual machine -cpu host,host-phys-bits-limit=${addressBits} (QEMU), or <maxphysaddr mode="passthrough" limit="${addressBits}"/> in <cpu> (libvirt)`,
      },
    )
  },
}
