import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DescriptionError, parseDescription, requirePrograms } from './description/index.js'
import { VirtualMachine } from './machine.js'
import { lookingGlassFile } from './qemu/graphics.js'

const isThere = (program: string, ...args: string[]) => spawnSync(program, args).error === undefined
const hasQemu = isThere('qemu-system-x86_64', '--version')
const hasOvmf = existsSync('/usr/share/qemu/firmware/40-edk2-x86_64-secure-enrolled.json')

/** Machines with settings of every kind that QEMU starts stopped, so that no instruction of theirs runs. */
describe.skipIf(!hasQemu)('QEMU itself', () => {
  let folder: string
  const name = `handover-test-${process.pid}`
  const machine = (yaml: string) =>
    parseDescription(`name: ${name}\nmemory: 256M\narguments: [-S]\n${yaml}`, join(folder, 'm.yaml'))
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    for (const file of ['disk.img', 'nvme.img', 'install.iso']) {
      writeFileSync(join(folder, file), '')
      truncateSync(join(folder, file), 1024 ** 2)
    }
  })
  afterEach(() => {
    rmSync(lookingGlassFile(name), { force: true })
    rmSync(folder, { recursive: true })
  })

  const most = `cpus: { count: 2, threads: 2, pin: 0-1, others: 0 }
disks:
  - { file: disk.img, bootindex: 1 }
  - { file: nvme.img, bus: nvme, readonly: true }
  - { file: install.iso, cdrom: true, bootindex: 0 }
network: [{ kind: user }, { kind: user, model: e1000e }]
usb: [046d:c52b]
looking-glass: 32M
guest-agent: true
hypervisor: hidden
`
  const withFirmware = hasOvmf ? 'firmware: secure-boot\nmmio-window: 64G\n' : ''

  it.each([
    ['Windows, by SPICE', `os: windows11\ngraphics: virtio\ndisplay: spice\n${withFirmware}`],
    ['Windows, by VNC', 'os: windows10\ngraphics: std\ndisplay: vnc\nfirmware: bios\n'],
    ['Linux, from one NUMA node', 'graphics: virtio\ndisplay: vnc\nmemory-node: 0\n'],
    ['something with a TPM', 'os: other\ngraphics: std\ndisplay: vnc\ntpm: true\n'],
  ])('starts a machine with %s', async (_, yaml) => {
    const description = machine(`${most}${yaml}`)
    try {
      requirePrograms(description)
    } catch (error) {
      if (!(error instanceof DescriptionError)) throw error
      console.warn(`skipped: ${error.message}`)
      return
    }
    const messages: string[] = []
    const vm = await VirtualMachine.start(description, {
      addresses: [],
      console: new PassThrough(),
      onMessage: (line) => messages.push(line),
    })
    try {
      const allowed = (task: string) =>
        /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${vm.pid}/task/${task}/status`, 'utf8'))![1]
      const lists = readdirSync(`/proc/${vm.pid}/task`).map(allowed)
      expect(new Set(lists)).toEqual(new Set(['0', '1']))
      const sockets = readdirSync(vm.folder)
      expect(sockets).toContain('agent.sock')
      expect(sockets).toContain(description.display === 'spice' ? 'spice.sock' : 'vnc.sock')
    } finally {
      await vm.quit()
    }
    await vm.ended
    expect(existsSync(vm.folder)).toBe(false)
    // Software emulation knows no threads of one core, and no USB device need be there.
    expect(messages.filter((line) => !/hyperthreading|topoext|usb|TCG/.test(line))).toEqual([])
  })
})
