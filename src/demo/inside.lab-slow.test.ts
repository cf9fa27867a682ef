import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handover, top } from '../../test/lab.js'
import { innerLinux } from '../../test/support/inner-linux.js'
import { innerShell } from '../../test/support/inner-shell.js'
import { type StartedMachine, startedMachine } from '../../test/support/started-machine.js'
import type { Computer } from '../lab/index.js'

/** The second network card stays with the host; the two cards behind the bridge are in one group. */
const devices = `
devices:
  - root-port: { devices: [ nvme ] }
  - root-port: { devices: [ edu ] }
  - root-port: { devices: [ { network: { wire: lan } } ] }
  - root-port: { devices: [ { network: { wire: lan } } ] }
  - root-port: { devices: [ { pci-bridge: { devices: [ edu, edu ] } } ] }
  - video
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
/** Where a machine has its devices, in their order. */
const inMachine = ['0000:01:00.0', '0000:02:00.0', '0000:03:00.0', '0000:04:00.0', '0000:05:00.0']

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

  /** Starts a machine of these devices, whose Linux runs `script`. */
  async function start(
    name: string,
    hosts: readonly string[],
    script: string,
    modules = ['nvme', 'e1000e', 'uio-pci-generic'],
  ): Promise<StartedMachine> {
    // New files for each: over 9p the computer goes on with what it has read of a file (cache=loose).
    const own = mkdtempSync(join(folder, name))
    const linux = await innerLinux(own, modules, `${innerShell}${script}`)
    await computer.guest.succeed(`cat > /run/${name}.yaml`, {
      input: `name: ${name}\nmemory: 96M\n${linux}devices: [${hosts.map((host) => `{ host: '${host}' }`)}]\n`,
    })
    return startedMachine(computer.guest, `/run/${name}.yaml`, '--accept display')
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
  const pinLines = (address: string, word: string, next: string) => [
    `edu ${address}: interrupt 1, status 0x00000001`,
    `edu ${address}: interrupt 2, status 0x00000100`,
    `edu ${address}: interrupt 3, moved ${word} ${next}`,
  ]

  it('moves data by DMA, through a network card and a bridge too, and hears MSI-X, MSI and INTx', {
    timeout: 1_200_000,
  }, async () => {
    const { guest } = computer
    const card = (await guest.succeed(`ls /sys/bus/pci/devices/${peer}/net`)).trim()
    // A namespace outside that sends back what comes, until the other end closes.
    await guest.succeed(
      `unshare -n sh -c 'echo $$ >/run/outside; exec sleep 100000' >/dev/null 2>&1 </dev/null &
until [ -s /run/outside ]; do sleep 0.1; done
out="nsenter -n -t $(cat /run/outside)"
busybox ip link set ${card} netns $(cat /run/outside)
$out busybox ip addr add 10.0.0.1/24 dev ${card}
$out busybox ip link set ${card} up
$out busybox nc -l -p 5000 -e cat >/dev/null 2>&1 </dev/null &`,
    )
    const hosts = [disk, network, edu, ...conventional]
    const machine = await start(
      'all',
      hosts,
      `disk
network 10.0.0.1
set -- $(at 0x1234:0x11e8)
take $1
message $1
for edu in $2 $3; do take $edu; pin $edu 0x5a5a0000; done
echo "all done"
read line`,
    )
    await machine.hear('all done')
    expect(await interrupts('all')).toEqual({
      ...{ [disk]: 'MSI-X', [network]: 'MSI-X', [edu]: 'MSI' },
      ...Object.fromEntries(conventional.map((address) => [address, 'INTx'])),
    })
    await end(machine)
    const said = machine.said()
    expect(said).toContain(`nvme: ${sum}`)
    expect(said).toContain('nvme: msix')
    expect(said).toContain(`network: ${sum}`)
    expect(said).toContain('network: msix')
    const [, , own, ...behind] = inMachine
    expect(eduLines(said)).toEqual([
      `edu ${own}: MSI capability 05, 0 messages`,
      `edu ${own}: 2 messages`,
      ...behind.flatMap((address) => pinLines(address, '0x5A5A0000', '0x5A5A0001')),
    ])
    const traffic = await guest.succeed(
      `nsenter -n -t $(cat /run/outside) awk '/${card}:/ { print $2 }' /proc/net/dev; kill $(cat /run/outside)`,
    )
    expect(Number(traffic)).toBeGreaterThan(content.length)
    await guest.succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    expect(
      await guest.succeed('dd if=/dev/nvme0n1 bs=1M skip=1 count=1 iflag=direct status=none | sha256sum'),
    ).toBe(`${sum}  -\n`)
  })

  it('hears a pin that the host masks at its controller, lets go of a card that is pulled, and has it again', {
    timeout: 1_200_000,
  }, async () => {
    const { guest, qmp } = computer
    await guest.succeed('modprobe -r vfio-pci; modprobe vfio-pci nointxmask=1')
    const machine = await start(
      'pulled',
      [edu],
      `edu=$(at 0x1234:0x11e8)
take $edu
pin $edu 0x00c0ffee
echo "first done"
until [ -z "$(at 0x1234:0x11e8)" ]; do sleep 1; done
echo "has none"
until [ -n "$(at 0x1234:0x11e8)" ]; do sleep 1; done
edu=$(at 0x1234:0x11e8)
take $edu
pin $edu 0x0badcafe
echo "all done"
read line`,
    )
    await machine.hear('first done')
    expect(await interrupts('pulled')).toEqual({ [edu]: 'INTx' })
    const there = `[ -e /sys/bus/pci/devices/${edu} ]`
    await qmp.run('device_del', { id: 'edu4' })
    await guest.succeed(`while ${there}; do sleep 0.2; done`)
    await machine.hear('has none')
    await qmp.run('device_add', { driver: 'edu', id: 'edu4', bus: 'root-port3' })
    await guest.succeed(`until ${there}; do sleep 0.2; done`)
    await guest.succeed(`${handover} vm attach pulled ${edu}`)
    await machine.hear('all done')
    await end(machine)
    const words = (lines: readonly string[] | undefined) => lines?.map((line) => line.replace(/\S+: /, ''))
    expect(words(eduLines(machine.said()))).toEqual(
      words([...pinLines(edu, '0x00C0FFEE', '0x00C0FFEF'), ...pinLines(edu, '0x0BADCAFE', '0x0BADCAFF')]),
    )
    expect((await guest.run(`readlink /sys/bus/pci/devices/${edu}/driver`)).stdout).toBe('')
    expect(await guest.succeed(`cat /sys/bus/pci/devices/${edu}/driver_override`)).toBe('(null)\n')
    await guest.succeed('modprobe -r vfio-pci; modprobe vfio-pci')
  })

  it('draws on a video card by its own driver, and each pixel is on the screen', {
    timeout: 1_200_000,
  }, async () => {
    const { guest, qmp } = computer
    const card = (await guest.succeed('grep -l 0x030000 /sys/bus/pci/devices/*/class | cut -d / -f 6')).trim()
    const machine = await start(
      'drawn',
      [disk, card],
      `come /dev/nvme0n1
come /dev/fb0
printf '\\033[?25l' >/dev/tty1 # no cursor
echo "screen: $(cat /sys/class/graphics/fb0/name /sys/class/graphics/fb0/virtual_size /sys/class/graphics/fb0/bits_per_pixel | tr '\\n' ' ')"
dd if=/dev/nvme0n1 of=/dev/fb0 bs=64k count=16 2>/dev/null
echo "all drawn"
read line`,
      ['nvme', 'cirrus'],
    )
    await machine.hear('all drawn')
    expect(machine.said()).toContain('screen: cirrusdrmfb 1024,768 16 ')
    const filename = join(folder, `${iommu}.ppm`)
    const shown = async () => {
      await qmp.run('screendump', { filename })
      return pixels(readFileSync(filename)).subarray(0, content.length)
    }
    // The driver brings to the card what was drawn a little later.
    let isShown = false
    for (const until = Date.now() + 60_000; !isShown && Date.now() < until; )
      isShown = Buffer.compare(await shown(), content) === 0
    expect(isShown).toBe(true)
    await end(machine)
  })
})

/** What a screen of 1024 by 768 shows, as a frame buffer of 16 bits (red, green, blue: 5, 6, 5) has it. */
function pixels(ppm: Buffer): Buffer {
  const header = 'P6\n1024 768\n255\n'
  expect(ppm.toString('latin1', 0, header.length)).toBe(header)
  const colours = ppm.subarray(header.length)
  const words = Buffer.alloc(1024 * 768 * 2)
  for (let pixel = 0; pixel < 1024 * 768; pixel++) {
    const [red, green, blue] = colours.subarray(pixel * 3, pixel * 3 + 3)
    words.writeUInt16LE(((red! >> 3) << 11) | ((green! >> 2) << 5) | (blue! >> 3), pixel * 2)
  }
  return words
}
