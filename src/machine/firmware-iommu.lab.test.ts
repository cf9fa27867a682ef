import { describe, expect, it } from 'vitest'
import { handover, useLab } from '../../test/lab.js'

describe("the firmware's tables in the laboratory", () => {
  const lab = useLab()

  it('put an IOMMU in charge of a card, the one that the kernel uses for it', async () => {
    const show = JSON.parse(await lab().succeed(`${handover} show --json 01:00.0`)) as {
      firmwareIommu: { unit: { value: { registerBase: string; kind: string } }; reservedRegions: unknown }
    }
    const { unit, reservedRegions } = show.firmwareIommu
    expect(unit).toMatchObject({ value: { kind: 'DRHD', segment: 0 } })
    expect(reservedRegions).toEqual({ value: [] })
    // What the kernel's own driver says: `address` in hexadecimal (Documentation/ABI/testing/sysfs-class-iommu-intel-iommu).
    const address = await lab().succeed('cat /sys/bus/pci/devices/0000:01:00.0/iommu/intel-iommu/address')
    expect(BigInt(`0x${address.trim()}`)).toBe(BigInt(unit.value.registerBase))
  })
})
