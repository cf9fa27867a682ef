import { describe, expect, it } from 'vitest'
import { provoking, useComputer } from '../../test/support/provoking.js'

const disk = '0000:01:00.0'
const parent = '0000:02:00.0'

/** By hand: handover bind would refuse. */
const bindByHand = (device: string) => `modprobe -a vfio-pci vfio_iommu_type1
cd /sys/bus/pci/devices/${device}
[ ! -e driver ] || echo ${device} > driver/unbind
echo vfio-pci > driver_override; echo ${device} > /sys/bus/pci/drivers_probe`

describe('on a computer without IOMMU', () => {
  const lab = useComputer({ iommu: 'none', devices: [{ 'root-port': { devices: ['nvme'] } }] })
  const { diagnosed, diagnosedKernel, qemu } = provoking(lab)

  it('vfio-pci takes no device', async () => {
    expect(await diagnosedKernel(bindByHand(disk))).toMatchObject([{ cause: 'no-group', device: disk }])
  })

  it('QEMU finds no group, and the firmware shows why', async () => {
    const found = await diagnosed(qemu(disk))
    expect(found).toMatchObject([{ cause: 'iommu-off-in-firmware', certainty: 'certain' }])
    expect(found[0]!.evidence[0]!.path).toBe('/sys/firmware/acpi/tables')
  })
})

describe('on a computer that does not remap interrupts', () => {
  const lab = useComputer({
    iommu: 'intel',
    append: 'intremap=off',
    devices: [
      { 'root-port': { devices: ['nvme'] } },
      { 'root-port': { devices: [{ nvme: { sriov_max_vfs: 2 } }] } },
    ],
  })
  const { diagnosedBoth, diagnosedKernel, qemu } = provoking(lab)

  it('the kernel and QEMU say that interrupts are not safe', async () => {
    await lab().succeed(bindByHand(disk))
    expect(await diagnosedBoth(qemu(disk))).toMatchObject([{ cause: 'no-interrupt-remapping' }])
  })

  it('vfio-pci does not take a function that has virtual ones', async () => {
    await lab().succeed(`echo 2 > /sys/bus/pci/devices/${parent}/sriov_numvfs`)
    const found = await diagnosedKernel(bindByHand(parent))
    // On a busy host the nvme driver may give up on a disk that answers late, and say so in the same log.
    expect(found.filter(({ device }) => device === parent)).toMatchObject([{ cause: 'sriov-parent' }])
  })
})
