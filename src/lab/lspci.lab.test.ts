import { describe, expect, it } from 'vitest'
import { useLab } from '../../test/lab.js'
import { compare } from '../../test/support/lspci-agreement.js'

/** Where both are right: what lspci tells there, and why it differs from the registers. */
const explained = [
  {
    why: 'lspci tells where the kernel has the ROM, which is the shadow copy of the boot card; the register holds its BAR',
    difference: { address: '0000:00:02.0', where: 'expansion ROM', ours: 'fea00000', lspci: 'c0000' },
  },
  {
    why: 'a target speed of 0 is allowed where 2.5GT/s is the only one; lspci prints what it means',
    difference: {
      address: '0000:01:00.0',
      where: 'capability 0x80 express linkControl2.targetSpeed',
      ours: '0',
      lspci: '2.5GT/s',
    },
  },
]

describe("lspci on the laboratory's own computer", () => {
  const lab = useLab()

  it('agrees with this program on ids, BARs, the chain of capabilities and every flag that both tell', async () => {
    const dump = await lab().succeed('lspci -xxxx')
    const report = await lab().succeed('lspci -vvvnn')
    const { functions, capabilities, compared, disagreements } = compare(dump, report)
    expect(disagreements).toEqual(explained.map(({ difference }) => difference))
    expect(functions).toBe((await lab().succeed('ls /sys/bus/pci/devices')).trim().split('\n').length)
    expect(capabilities).toBeGreaterThan(20)
    expect(compared).toBeGreaterThan(500)
  })
})
