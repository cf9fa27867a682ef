import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handover, top } from '../../test/lab.js'
import { innerLinux } from '../../test/support/inner-linux.js'
import { innerShell } from '../../test/support/inner-shell.js'
import { type StartedMachine, startedMachine } from '../../test/support/started-machine.js'
import type { Computer } from '../lab/index.js'
import { labKernel } from '../lab/kernel.js'

/** The second network card stays with the host; the two cards behind the bridge are in one group. */
const devices = `
devices:
  - root-port: { devices: [ nvme ] }
  - root-port: { devices: [ edu ] }
  - root-port: { devices: [ { network: { wire: lan } } ] }
  - root-port: { devices: [ { network: { wire: lan } } ] }
  - root-port: { devices: [ { pci-bridge: { devices: [ edu, edu ] } } ] }
`
const disk = '0000:01:00.0'
const edu = '0000:02:00.0'
const network = '0000:03:00.0'
const peer = '0000:04:00.0'
const conventional = ['0000:06:01.0', '0000:06:02.0']

const folder = mkdtempSync(join(tmpdir(), 'handover-inside-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const content = randomBytes(1024 ** 2)
const sum = createHash('sha256').update(content).digest('hex')
const cardsIn = ['0000:01:00.0', '0000:02:00.0', '0000:03:00.0', '0000:04:00.0', '0000:05:00.0']

describe.each(['intel', 'amd'] as const)('a Linux in a machine, under the IOMMU of %s', (iommu) => {
  let computer: Computer

  beforeAll(async () => {
    const { backportsQemu, parseTopology, startComputer } = (await import(
      join(top, 'dist/lab/index.js')
    )) as typeof import('../lab/index.js')
    computer = await startComputer(
      parseTopology(`iommu: ${iommu}${devices}`, 'inside.yaml'),
      // AMD's DMA is remapped only by a newer QEMU.
      iommu === 'amd' ? { qemu: await backportsQemu(() => undefined) } : {},
    )
    await computer.guest.succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    await computer.guest.succeed('dd of=/dev/nvme0n1 bs=1M iflag=fullblock conv=fsync status=none', {
      input: content,
    })
  }, 300_000)
  afterAll(() => computer?.stop())

  /** Starts a machine of these devices, whose Linux runs `script`, and waits until that has said `words`. */
  async function run(
    name: string,
    hosts: readonly string[],
    script: string,
    words = 'all done',
  ): Promise<StartedMachine> {
    const linux = await innerLinux(
      folder,
      await labKernel(undefined, () => undefined),
      ['nvme', 'e1000e', 'uio-pci-generic'],
      `${innerShell}${script}\necho "all done"\nread line`,
    )
    await computer.guest.succeed(`cat > /run/${name}.yaml`, {
      input: `name: ${name}\nmemory: 96M\n${linux}devices: [${hosts.map((host) => `{ host: '${host}' }`)}]\n`,
    })
    const machine = startedMachine(computer.guest, `/run/${name}.yaml`)
    await machine.hear(words)
    return machine
  }

  async function end({ command, said }: StartedMachine): Promise<void> {
    command.write('\n')
    expect(await command.ended, said()).toMatchObject({ status: 0 })
  }

  /** Kind of interrupt of each device, as the host sees it. */
  async function interrupts(name: string): Promise<Record<string, string>> {
    const seen = JSON.parse(await computer.guest.succeed(`${handover} vm status ${name} --watch --json`)) as {
      devices: { address: string; interrupts: { value?: { kind: string } } }[]
      faults: { value?: { list: unknown[] } }
    }
    expect(seen.faults.value?.list).toEqual([])
    return Object.fromEntries(
      seen.devices.map(({ address, interrupts }) => [address, interrupts.value?.kind ?? 'unknown']),
    )
  }

  const eduLines = (said: string) => said.match(/edu .*/g)?.map((line) => line.trim())
  const pinOf = (address: string, word: string, next: string) => [
    `edu ${address}: interrupt 1, status 0x00000001`,
    `edu ${address}: interrupt 2, status 0x00000100`,
    `edu ${address}: interrupt 3, moved ${word} ${next}`,
  ]

  it('moves traffic through a card to a namespace outside, and has the data of a disk', {
    timeout: 900_000,
  }, async () => {
    const card = (await computer.guest.succeed(`ls /sys/bus/pci/devices/${peer}/net`)).trim()
    // Sends back what comes, until the other end closes.
    await computer.guest.succeed(
      `unshare -n sh -c 'echo $$ >/run/outside; exec sleep 100000' >/dev/null 2>&1 </dev/null &
until [ -s /run/outside ]; do sleep 0.1; done
out="nsenter -n -t $(cat /run/outside)"
busybox ip link set ${card} netns $(cat /run/outside)
$out busybox ip addr add 10.0.0.1/24 dev ${card}
$out busybox ip link set ${card} up
$out busybox nc -l -p 5000 -e cat >/dev/null 2>&1 </dev/null &`,
    )
    const machine = await run('traffic', [disk, network], 'disk\nnetwork 10.0.0.1')
    expect(await interrupts('traffic')).toEqual({ [disk]: 'MSI-X', [network]: 'MSI-X' })
    await end(machine)
    expect(machine.said()).toContain(`nvme: ${sum}`)
    expect(machine.said()).toContain('nvme: msix')
    expect(machine.said()).toContain(`network: ${sum}`)
    expect(machine.said()).toContain('network: msix')
    const traffic = await computer.guest.succeed(
      `nsenter -n -t $(cat /run/outside) cat /sys/class/net/${card}/statistics/rx_bytes; kill $(cat /run/outside)`,
    )
    expect(Number(traffic)).toBeGreaterThan(content.length)
    await computer.guest.succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    expect(
      await computer.guest.succeed(
        'dd if=/dev/nvme0n1 bs=1M skip=1 count=1 iflag=direct status=none | sha256sum',
      ),
    ).toBe(`${sum}  -\n`)
  })

  it('hears messages of the edu card', { timeout: 900_000 }, async () => {
    const machine = await run('message', [edu], 'edu=$(at 0x1234:0x11e8)\ntake $edu\nmessage $edu')
    expect(await interrupts('message')).toEqual({ [edu]: 'MSI' })
    await end(machine)
    expect(eduLines(machine.said())).toEqual([
      `edu ${cardsIn[0]}: MSI capability 05, 0 messages`,
      `edu ${cardsIn[0]}: 2 messages`,
    ])
  })

  it('hears the pin of a card whose interrupt the host masks at its controller', {
    timeout: 900_000,
  }, async () => {
    await computer.guest.succeed('modprobe -r vfio-pci; modprobe vfio-pci nointxmask=1')
    const machine = await run('line', [edu], 'edu=$(at 0x1234:0x11e8)\ntake $edu\npin $edu 0x0badcafe')
    expect(await interrupts('line')).toEqual({ [edu]: 'INTx' })
    await end(machine)
    expect(eduLines(machine.said())).toEqual(pinOf(cardsIn[0]!, '0x0BADCAFE', '0x0BADCAFF'))
    await computer.guest.succeed('modprobe -r vfio-pci; modprobe vfio-pci')
  })

  it('has a whole group of conventional cards behind a bridge', { timeout: 900_000 }, async () => {
    const refused = await computer.guest.run(`${handover} bind ${conventional[0]}`)
    expect(refused.stderr + refused.stdout).toContain(conventional[1])
    const machine = await run(
      'bridge',
      conventional,
      'for edu in $(at 0x1234:0x11e8); do take $edu; pin $edu 0x5a5a0000; done',
    )
    expect(await interrupts('bridge')).toEqual(
      Object.fromEntries(conventional.map((address) => [address, 'INTx'])),
    )
    await end(machine)
    expect(eduLines(machine.said())).toEqual(
      [0, 1].flatMap((index) => pinOf(cardsIn[index]!, '0x5A5A0000', '0x5A5A0001')),
    )
  })

  it('lets go of a card that is pulled, and has it again when it is put back', {
    timeout: 900_000,
  }, async () => {
    const machine = await run(
      'pulled',
      [edu],
      `echo "has $(at 0x1234:0x11e8)"
until [ -z "$(at 0x1234:0x11e8)" ]; do sleep 1; done
echo "has none"
until [ -n "$(at 0x1234:0x11e8)" ]; do sleep 1; done
edu=$(at 0x1234:0x11e8)
take $edu
pin $edu 0x00c0ffee`,
      `has ${cardsIn[0]}`,
    )
    const there = `[ -e /sys/bus/pci/devices/${edu} ]`
    await computer.qmp.run('device_del', { id: 'edu4' })
    await computer.guest.succeed(`while ${there}; do sleep 0.2; done`)
    await machine.hear('has none')
    await computer.qmp.run('device_add', { driver: 'edu', id: 'edu4', bus: 'root-port3' })
    await computer.guest.succeed(`until ${there}; do sleep 0.2; done`)
    await computer.guest.succeed(`${handover} vm attach pulled ${edu}`)
    await machine.hear('all done')
    await end(machine)
    const lines = eduLines(machine.said())
    expect(lines?.map((line) => line.replace(/\S+: /, ''))).toEqual(
      pinOf('', '0x00C0FFEE', '0x00C0FFEF').map((line) => line.replace(/\S*: /, '')),
    )
    expect((await computer.guest.run(`readlink /sys/bus/pci/devices/${edu}/driver`)).stdout).toBe('')
    expect(await computer.guest.succeed(`cat /sys/bus/pci/devices/${edu}/driver_override`)).toBe('(null)\n')
  })
})
