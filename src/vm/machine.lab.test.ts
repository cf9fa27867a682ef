import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { handover, useLab } from '../../test/lab.js'
import { type StartedMachine, startedMachine } from '../../test/support/started-machine.js'

const disk = '0000:01:00.0'
const edu = '0000:02:00.0'
const spoken = 'read from the disk by DMA'

/**
 * A boot sector that writes `text` to the first serial port and halts: `cld; xor ax,ax; mov ds,ax; mov si,0x7c20;
 * mov dx,0x3f8; next: lodsb; test al,al; jz halt; out dx,al; jmp next; halt: hlt; jmp halt`.
 */
function bootSector(text: string): Buffer {
  const sector = Buffer.alloc(512)
  Buffer.from('fc31c08ed8be207cbaf803ac84c07403eeebf8f4ebfd', 'hex').copy(sector)
  sector.write(`${text}\r\n\0`, 0x20)
  sector.writeUInt16LE(0xaa55, 510)
  return sector
}

/** A machine of the host's NVMe disk and its edu card. */
const description = (more = '') => `name: test
memory: 64M
devices:
  - { host: '${disk}', bootindex: 0 }
  - { host: '${edu}'${more} }
`

describe('a machine in the laboratory', () => {
  const lab = useLab()
  const driver = async (address: string) =>
    (await lab().run(`basename $(readlink /sys/bus/pci/devices/${address}/driver)`)).stdout.trim()
  const drivers = async () => [await driver(disk), await driver(edu)]

  beforeAll(async () => {
    await lab().succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    await lab().succeed('dd of=/dev/nvme0n1 bs=512 count=1 conv=fsync status=none', {
      input: bootSector(spoken),
    })
    await lab().succeed('cat > /run/machine.yaml', { input: description() })
  })

  /** However a machine ended, the host has its devices. */
  afterEach(async () => {
    expect(await drivers()).toEqual(['nvme', ''])
    const overrides = await lab().succeed(
      `cd /sys/bus/pci/devices; cat ${disk}/driver_override ${edu}/driver_override`,
    )
    expect(overrides).toBe('(null)\n(null)\n')
  })

  /** Starts the machine and waits until its output has `text`. */
  async function start(text: string, input?: string): Promise<StartedMachine> {
    const machine = startedMachine(lab(), '/run/machine.yaml', input)
    await machine.hear(text)
    return machine
  }

  const qemu = (said: string) => /process (\d+)/.exec(said)![1]!

  it('boots from the disk that it was given, and Ctrl-C gives the devices back', async () => {
    const { command, said } = await start(spoken)
    expect(await drivers()).toEqual(['vfio-pci', 'vfio-pci'])
    command.kill('SIGINT')
    expect(await command.ended, said()).toMatchObject({ status: 0 })
    expect(said()).toContain('No system in the machine listens to its power button')
    // The disk is the host's again, with what was on it.
    await lab().succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    expect(
      await lab().succeed('dd if=/dev/nvme0n1 bs=512 count=1 iflag=direct status=none | strings'),
    ).toContain(spoken)
  })

  it('that is killed gives the devices back, and says so', async () => {
    const { command, said } = await start('runs (QEMU', '</dev/null')
    await lab().succeed(`kill -9 ${qemu(said())}`)
    expect(await command.ended, said()).toMatchObject({ status: 1 })
    expect(said()).toContain('was ended by SIGKILL')
  })

  it('that QEMU refuses says why, and gives the devices back', async () => {
    await lab().succeed('cat > /run/refused.yaml', {
      input: `${description()}arguments: [-device, nosuch]\n`,
    })
    const refused = await lab().run(`${handover} vm start /run/refused.yaml --foreground`)
    expect(refused).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("'nosuch' is not a valid device model name"),
    })
    expect(refused.stderr).toContain(`${disk}: nvme -> vfio-pci`)
  })

  it('of which a file is missing is refused before any device leaves its driver', async () => {
    await lab().succeed('cat > /run/refused.yaml', { input: description(', rom: /no/such.rom') })
    const refused = await lab().run(`${handover} vm start /run/refused.yaml --foreground`)
    expect(refused).toMatchObject({
      status: 64,
      stderr: expect.stringContaining('cannot read /no/such.rom: ENOENT'),
    })
    expect(refused.stderr).not.toContain('vfio-pci')
  })

  it('whose program is killed keeps its devices; unbind waits for it and then mends it', async () => {
    const { command, said } = await start('runs (QEMU')
    const pid = qemu(said())
    command.kill('SIGKILL')
    await command.ended
    const held = await lab().run(`${handover} unbind ${disk} ${edu}`)
    expect(held.status).not.toBe(0)
    expect(held.stderr).toMatch(new RegExp(`qemu-system-x86 \\(process ${pid}\\) has /dev/vfio/\\d+ open`))
    expect(await drivers()).toEqual(['vfio-pci', 'vfio-pci'])
    await lab().succeed(`kill -9 ${pid}; while [ -d /proc/${pid} ]; do sleep 0.1; done`)
    await lab().succeed(`${handover} unbind ${disk} ${edu}`)
  })

  it('without a terminal runs until vm stop, and nobody else gets its devices', async () => {
    const started = await lab().run(`${handover} vm start /run/machine.yaml`)
    expect(started, started.stderr).toMatchObject({ status: 0 })
    expect(await drivers()).toEqual(['vfio-pci', 'vfio-pci'])
    expect(JSON.parse(await lab().succeed(`${handover} vm status test --json`))).toMatchObject({
      state: 'runs',
      devices: [disk, edu].map((address) => ({ address, driver: { value: 'vfio-pci' } })),
      journals: [expect.any(Number)],
    })
    await lab().succeed('cat > /run/other.yaml', { input: description().replace('test', 'other') })
    expect(await lab().run(`${handover} vm start /run/other.yaml`)).toMatchObject({
      status: 5,
      stderr: expect.stringContaining(`${disk} is with the machine test, which runs`),
    })
    await lab().succeed(`${handover} vm stop test`)
  })

  it('whose watcher is killed gives its devices back by vm stop', async () => {
    await lab().succeed(`${handover} vm start /run/machine.yaml`)
    await lab().succeed('kill -9 $(cut -d" " -f1 /run/handover/vms/test/pid)')
    expect((await lab().run(`${handover} vm status test`)).stdout).toContain('who watched it was killed')
    expect(await drivers()).toEqual(['vfio-pci', 'vfio-pci'])
    await lab().succeed(`${handover} vm stop test --force`)
  })

  it('leaves bound what was bound before it', async () => {
    await lab().succeed(`${handover} bind ${edu}`)
    const { command, said } = await start('runs (QEMU')
    command.kill('SIGTERM')
    expect(await command.ended, said()).toMatchObject({ status: 0 })
    expect(await drivers()).toEqual(['nvme', 'vfio-pci'])
    await lab().succeed(`${handover} unbind ${edu}`)
  })
})
