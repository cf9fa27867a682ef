import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { keepingTerminal } from '../../../test/support/terminal.js'
import { parseDescription, readDescription } from '../../vm/index.js'
import { commands } from '../commands.js'
import { runProgram } from '../program.js'
import { vmNewSchema } from '../schemas/vm-new.js'

const lab = resolve(import.meta.dirname, '../../../test/recordings/lab.json')
const inLab = ['--host', lab, '--memory', '512M', '--cpus', '1']

let folder: string
let path: string | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
  path = process.env.PATH
})
afterEach(() => {
  process.env.PATH = path
  rmSync(folder, { recursive: true })
})

async function handover(...words: readonly string[]) {
  const terminal = keepingTerminal(80)
  return { status: await runProgram(commands, ['vm', 'new', ...words], terminal), ...terminal.kept }
}

/** A qemu-img that makes what it is asked for, or says no. */
function pretendQemuImg(line = 'echo "$@" > "$5"'): void {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'qemu-img'), `#!/bin/sh\n${line}\n`)
  chmodSync(join(bin, 'qemu-img'), 0o755)
  process.env.PATH = `${bin}:${path}`
}

describe('vm new', () => {
  it('prints a description of what it was asked for', async () => {
    const { status, out, err } = await handover('m', '--device', 'nvme', ...inLab, '-o', '-')
    expect(status).toBe(0)
    expect(parseDescription(out, '/vms/m.yaml')).toMatchObject({
      name: 'm',
      memoryBytes: 512 * 1024 ** 2,
      devices: [{ host: '01:00.0', bootindex: 0 }],
    })
    expect(out).toMatch(/^# Made by handover /)
    expect(err).toBe('')
  })

  it('starts from the disk that is handed over before the installer', async () => {
    const { out } = await handover('m', '--device', 'nvme', '--iso', 'debian.iso', ...inLab, '-o', '-')
    const { disks, devices } = parseDescription(out, '/vms/m.yaml')
    expect([devices[0]!.bootindex, disks[0]!.bootindex]).toEqual([0, 1])
  })

  it('prints its decisions, and writes nothing', async () => {
    const file = join(folder, 'm.yaml')
    const { status, out } = await handover('m', '--device', 'nvme', ...inLab, '-o', file, '--json')
    const document = vmNewSchema.parse(JSON.parse(out))
    expect(status).toBe(0)
    expect(document.decisions.find(({ field }) => field === 'cpus')).toMatchObject({
      value: { count: 1, pin: 1, others: 0 },
      because: expect.stringMatching(/The host keeps its first core/),
    })
    expect(existsSync(file)).toBe(false)
  })

  it('prints what cannot be as JSON too', async () => {
    const { status, out } = await handover('m', '--host', lab, '--memory', '4G', '--json')
    expect(status).toBe(64)
    expect(vmNewSchema.parse(JSON.parse(out)).problems).toEqual([expect.stringMatching(/do not fit/)])
  })

  it('says which disk it does not make, and how it is made', async () => {
    pretendQemuImg()
    const disk = join(folder, 'm.qcow2')
    for (const where of [
      ['-o', '-'],
      [...inLab, '-o', join(folder, 'm.yaml')],
    ]) {
      const { status, err } = await handover('m', '--disk', `${disk}:1G`, '--memory', '64M', ...where)
      expect(status, err).toBe(0)
      expect(err).toContain(`${disk}: not made. To make it: qemu-img create -f qcow2 ${disk} 1G`)
      expect(existsSync(disk)).toBe(false)
    }
  })

  it('makes the disk and writes the file, with names of files beside it', async () => {
    pretendQemuImg()
    const [file, disk, iso] = ['m.yaml', 'm.qcow2', 'i.iso'].map((name) => join(folder, name))
    writeFileSync(iso!, '')
    writeFileSync(join(folder, 'virtio-win-0.1.271.iso'), '')
    const words = [
      '--memory',
      '16M',
      '--os',
      'windows10',
      '--firmware',
      'bios',
      '--disk',
      `${disk}:2G`,
      '--iso',
      iso!,
    ]
    const { status, err } = await handover('m', ...words, '-o', file!)
    expect([status, err]).toEqual([0, expect.stringMatching(/m\.qcow2: made, 2G\.\n/)])
    expect(readFileSync(disk!, 'utf8')).toBe(`create -q -f qcow2 ${disk} 2G\n`)
    expect(readFileSync(file!, 'utf8')).toMatch(/- \{ file: m\.qcow2, bus: virtio, bootindex: 0 \}/)
    expect(readDescription(file!).disks.map((one) => one.file)).toEqual([
      disk,
      iso,
      join(folder, 'virtio-win-0.1.271.iso'),
    ])
    // Taken now, and the disk is left as it is.
    expect(await handover('m', ...words, '-o', file!)).toMatchObject({
      status: 64,
      err: expect.stringMatching(/there already; --force/),
    })
    const again = await handover('m', ...words, '-o', file!, '--force')
    expect([again.status, again.err]).toEqual([0, expect.not.stringMatching(/made/)])
  })

  it('leaves nothing behind where a disk cannot be made', async () => {
    pretendQemuImg(': > "$5"; case $5 in *b.qcow2) echo "no space" >&2; exit 1;; esac')
    const [file, a, b] = ['m.yaml', 'a.qcow2', 'b.qcow2'].map((name) => join(folder, name))
    const words = ['--memory', '16M', '--firmware', 'bios', '--disk', `${a}:1G`, '--disk', `${b}:1G`]
    const { status, err } = await handover('m', ...words, '-o', file!)
    expect(status).toBe(1)
    expect(err).toMatch(/qemu-img did not make .*b\.qcow2\n {2}no space/)
    expect([a, b, file].map((one) => existsSync(one!))).toEqual([false, false, false])
  })

  it.each([
    [['a/b'], 64, /no name for a machine/],
    [['m', '--os', 'windows'], 64, /--os takes linux, windows10, windows11, other; not windows/],
    [['m', '--memory', '16'], 64, /--memory takes a size/],
    [['m', '--cpus', 'all'], 64, /--cpus takes a number/],
    [['m', '--disk', 'nowhere.img:big'], 64, /--disk takes FILE:SIZE/],
    [['m', '--looking-glass', '4k'], 64, /--looking-glass takes the pixels/],
    [['m', '--iso', '/nowhere.iso', '--memory', '16M'], 64, /\/nowhere\.iso cannot be used: it is not there/],
    [['m', '--disk', '/nowhere/a.img:1G', '--memory', '16M'], 64, /there is no folder \/nowhere/],
    [['m', '--rom', '/tmp', '--memory', '16M'], 64, /\/tmp cannot be used: it is a folder/],
    [['m', '--disk', 'a.img:1G', '--disk', 'a.img:1G', '--memory', '16M'], 64, /expected each file once/],
    [['m', '--device', 'dead:beef', '--host', lab], 3, /no device fits/],
    [['m', '--device', '00:1e.0', ...inLab], 64, /00:1e\.0 cannot be handed over: the root file system/],
  ])('refuses %j', async (words, status, said) => {
    const found = await handover(...words, '-o', join(folder, 'm.yaml'))
    expect([found.status, found.err]).toEqual([status, expect.stringMatching(said)])
    expect(existsSync(join(folder, 'm.yaml'))).toBe(false)
  })
})
