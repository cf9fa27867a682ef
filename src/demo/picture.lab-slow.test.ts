import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { top } from '../../test/lab.js'
import { drawn, pictureSector, written } from '../../test/support/picture-sector.js'
import { startedMachine } from '../../test/support/started-machine.js'
import { Qmp } from '../vm/index.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-picture-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const text = 'a text screen, drawn by INT 10h'
const screen = async (qmp: Qmp, name: string) => {
  const filename = join(folder, `${name}.ppm`)
  await qmp.run('screendump', { filename })
  return readFileSync(filename)
}
/** Until the picture is one that was seen twice. */
const still = async (qmp: Qmp, name: string) => {
  for (let before = await screen(qmp, name); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 500))
    const now = await screen(qmp, name)
    if (now.equals(before)) return now
    before = now
  }
}

/** The two pictures of a computer that has such a card of its own, not handed over. */
async function expected([qemu, ...options]: readonly string[]): Promise<{ words: Buffer; picture: Buffer }> {
  // SeaBIOS does not read a disk of one sector.
  writeFileSync(join(folder, 'disk'), Buffer.concat([pictureSector(text), Buffer.alloc(1024 ** 2 - 512)]))
  const at = (name: string) => join(folder, name)
  for (const left of ['qmp', 'serial']) rmSync(at(left), { force: true })
  const child = spawn(
    qemu!,
    [
      ...options,
      ...['-M', 'q35', '-accel', 'tcg', '-m', '128M', '-nodefaults', '-display', 'none', '-vga', 'cirrus'],
      '-S', // until somebody hears its serial port
      ...['-drive', `file=${at('disk')},format=raw,snapshot=on`],
      ...['-qmp', `unix:${at('qmp')},server=on,wait=off`],
      ...[
        '-chardev',
        `socket,id=serial,path=${at('serial')},server=on,wait=off`,
        '-serial',
        'chardev:serial',
      ],
    ],
    { stdio: 'inherit' },
  )
  try {
    while (!existsSync(at('serial'))) await new Promise((resolve) => setTimeout(resolve, 50))
    const qmp = await Qmp.connect(at('qmp'))
    const serial = createConnection(at('serial'))
    let said = ''
    serial.on('data', (chunk) => (said += chunk))
    await once(serial, 'connect')
    await qmp.run('cont')
    const hear = async (word: string) => {
      while (!said.includes(word)) await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await hear(written)
    const words = await still(qmp, 'words')
    serial.write('x')
    await hear(drawn)
    const picture = await still(qmp, 'picture')
    qmp.close()
    serial.destroy()
    return { words, picture }
  } finally {
    child.kill('SIGKILL')
  }
}

it.each(['intel', 'amd'] as const)(
  'a card that was handed over shows text and pictures as it does otherwise, to the last pixel, under the IOMMU of %s',
  {
    timeout: 600_000,
  },
  async (iommu) => {
    const { backportsQemu, installedQemu, parseTopology, startComputer } = (await import(
      join(top, 'dist/lab/index.js')
    )) as typeof import('../lab/index.js')
    // AMD's DMA is remapped only by a newer QEMU.
    const qemu = iommu === 'amd' ? await backportsQemu(() => undefined) : await installedQemu()
    const { words, picture } = await expected(qemu.command)
    const computer = await startComputer(
      parseTopology(
        `iommu: ${iommu}\ndevices: [ video, { root-port: { devices: [ nvme ] } } ]`,
        'picture.yaml',
      ),
      { qemu },
    )
    try {
      await computer.guest.succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
      await computer.guest.succeed('dd of=/dev/nvme0n1 bs=512 count=1 conv=fsync status=none', {
        input: pictureSector(text),
      })
      const machine = startedMachine(computer.guest, join(top, 'examples/demo-vm.yaml'), '--accept display')
      await machine.hear(written)
      expect((await computer.screenText())[0]).toBe(text)
      expect(Buffer.compare(await still(computer.qmp, 'words'), words)).toBe(0)
      machine.command.write('x')
      await machine.hear(drawn)
      expect(Buffer.compare(await still(computer.qmp, 'picture'), picture)).toBe(0)
      machine.command.kill('SIGINT')
      expect(await machine.command.ended, machine.said()).toMatchObject({ status: 0 })
    } finally {
      await computer.stop()
    }
  },
)
