import { join } from 'node:path'
import { expect, it } from 'vitest'
import { top } from '../../test/lab.js'
import { bootSector } from './boot-sector.js'

it("hands a card and a disk over through AMD's IOMMU, whose DMA only a newer QEMU remaps", {
  timeout: 600_000,
}, async () => {
  // The built program: the agent in the computer is a file of it.
  const built = join(top, 'dist/lab/index.js')
  const { backportsQemu, guestEnvironment, parseTopology, startComputer } = (await import(
    built
  )) as typeof import('../lab/index.js')
  const topology = parseTopology(
    'iommu: amd\ndevices: [ video, { root-port: { devices: [ nvme ] } } ]',
    'amd.yaml',
  )
  const computer = await startComputer(topology, { qemu: await backportsQemu(() => undefined) })
  try {
    const { guest } = computer
    expect(await guest.succeed('ls /sys/class/iommu')).toBe('ivhd0\n')
    const line = 'read by DMA through the IOMMU of AMD'
    await guest.succeed('dd of=/dev/nvme0n1 bs=512 count=1 conv=fsync status=none', {
      input: bootSector(line),
    })
    const machine = guest.start(
      ['handover', 'vm', 'start', join(top, 'examples/demo-vm.yaml'), '--foreground', '--accept', 'display'],
      { env: guestEnvironment() },
    )
    let ended = false
    void machine.ended.then(() => (ended = true))
    while (!ended && !(await computer.screenText()).includes(line))
      await new Promise((done) => setTimeout(done, 200))
    expect(await computer.screenText()).toContain(line)
    machine.kill('SIGINT')
    expect(await machine.ended).toMatchObject({ status: 0 })
    for (const [address, driver] of [
      ['0000:00:02.0', /^cirrus/],
      ['0000:01:00.0', /^nvme$/],
    ] as const) {
      expect(
        (await guest.succeed(`basename $(readlink /sys/bus/pci/devices/${address}/driver)`)).trim(),
      ).toMatch(driver)
    }
  } finally {
    await computer.stop()
  }
})
