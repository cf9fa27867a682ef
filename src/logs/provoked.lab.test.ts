import { describe, expect, it } from 'vitest'
import { handover, useLab } from '../../test/lab.js'

const sata = '0000:00:1f.2'
const disk = '0000:01:00.0'

describe('in the laboratory', () => {
  const lab = useLab()
  const qemu = (device: string, more = '') =>
    `qemu-system-x86_64 -machine q35,accel=tcg -m 64 -nodefaults -display none -device vfio-pci,host=${device} ${more}`
  /** Causes that diagnose names in what the command said. */
  const diagnosed = async (command: string) => {
    const { stdout, status, stderr } = await lab().run(
      `${command} >/tmp/said 2>&1; ${handover} diagnose --here --json /tmp/said`,
    )
    expect(status, stderr).toBe(2)
    return (JSON.parse(stdout) as { findings: { cause: string; device?: string }[] }).findings
  }

  it('a device that is not bound', async () => {
    expect(await diagnosed(qemu(disk))).toMatchObject([{ cause: 'not-bound', device: disk }])
  })

  it('a group of which a sibling has a driver', async () => {
    // By hand: handover bind takes the whole group.
    const at = `/sys/bus/pci/devices/${sata}`
    await lab().succeed(
      `modprobe vfio-pci; echo vfio-pci > ${at}/driver_override; echo ${sata} > ${at}/driver/unbind; echo ${sata} > /sys/bus/pci/drivers_probe`,
    )
    try {
      expect(await diagnosed(qemu(sata))).toMatchObject([{ cause: 'group-not-viable' }])
    } finally {
      await lab().run(
        `echo > ${at}/driver_override; echo ${sata} > ${at}/driver/unbind; echo ${sata} > /sys/bus/pci/drivers_probe`,
      )
    }
  })

  it('a group that another program has open', async () => {
    await lab().succeed(`${handover} bind ${disk}`)
    try {
      const group = (
        await lab().succeed(`basename $(readlink /sys/bus/pci/devices/${disk}/iommu_group)`)
      ).trim()
      expect(await diagnosed(`exec 9<>/dev/vfio/${group}; ${qemu(disk)}`)).toMatchObject([
        { cause: 'group-busy' },
      ])
    } finally {
      await lab().run(`${handover} unbind ${disk}`)
    }
  })
})
