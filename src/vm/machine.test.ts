import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDescription } from './description/index.js'
import { type StartOptions, VirtualMachine } from './machine.js'
import { MachineError } from './machine-error.js'

/** Plays QEMU: speaks QMP on the socket that it is told, echoes its input, and does as the first line of `commands` says. */
const pretend = `#!${process.execPath}
const { createServer } = require('node:net')
const { writeFileSync } = require('node:fs')
const argv = process.argv.slice(2)
if (argv.includes('isa-debug-exit,iobase=0xf4,iosize=1')) process.exit(1) // the trial of KVM
writeFileSync(__filename + '.argv', JSON.stringify(argv))
const socket = argv[argv.indexOf('-qmp') + 1].slice('unix:'.length).split(',')[0]
process.stdin.pipe(process.stdout)
const pm1 = process.env.PRETEND_PM1 ?? '0x0001'
createServer((client) => {
  client.on('error', () => {})
  client.write('{"QMP": {}}\\n')
  client.on('data', (text) => {
    for (const { execute, id } of String(text).trim().split('\\n').map(JSON.parse)) {
      if (execute === 'quit' && process.env.PRETEND_DEAF) continue
      const result = {
        'human-monitor-command': 'portw[0x0604] = ' + pm1 + '\\r\\n',
        'query-cpus-fast': [{ 'cpu-index': 1, 'thread-id': 71 }, { 'cpu-index': 0, 'thread-id': 70 }],
      }[execute] ?? {}
      client.write(JSON.stringify({ return: result, id }) + '\\n')
      if (execute === 'quit' || execute === 'system_powerdown') setTimeout(() => process.exit(0), 20)
    }
  })
}).listen(socket)
`

/** Plays swtpm: opens the socket that it is told, and notes that it does and that it ends. */
const pretendSwtpm = `#!${process.execPath}
const { createServer } = require('node:net')
const { appendFileSync } = require('node:fs')
const note = (line) => appendFileSync(__dirname + '/log', line + '\\n')
const argv = process.argv.slice(2)
note('swtpm in ' + process.cwd() + ': ' + argv.join(' '))
createServer().listen(argv.at(-1).split('path=')[1])
process.on('SIGTERM', () => {
  note('swtpm ends')
  process.exit(0)
})
`

describe('VirtualMachine', () => {
  let folder: string
  let qemu: string
  let output: PassThrough

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    qemu = join(folder, 'qemu')
    output = new PassThrough()
    be(pretend)
  })
  afterEach(() => {
    for (const name of ['PRETEND_PM1', 'PRETEND_DEAF']) delete process.env[name]
    rmSync(folder, { recursive: true })
  })

  const be = (program: string) => writeFileSync(qemu, program, { mode: 0o755 })
  const start = ({ more = '', ...options }: { more?: string } & Partial<StartOptions> = {}) =>
    VirtualMachine.start(
      parseDescription(`name: m\nmemory: 64M\nqemu: ${qemu}\n${more}`, join(folder, 'm.yaml')),
      { addresses: [], console: output, ...options },
    )
  const runFolder = () => {
    const argv: string[] = JSON.parse(readFileSync(`${qemu}.argv`, 'utf8'))
    return dirname(argv[argv.indexOf('-qmp') + 1]!.slice('unix:'.length))
  }

  it('joins the serial console to its streams, and leaves nothing behind when it has quit', async () => {
    const vm = await start()
    expect(existsSync(runFolder())).toBe(true)
    vm.input.write('hello\n')
    expect(String(await new Promise((resolve) => output.once('data', resolve)))).toBe('hello\n')
    await vm.quit()
    await vm.ended
    expect(existsSync(runFolder())).toBe(false)
  })

  it('presses the power button only where a system listens', async () => {
    const listens = await start()
    expect(await listens.powerDown()).toBe(true)
    await listens.ended
    // No operating system, and no firmware yet.
    for (const value of ['0x0000', '0xffff']) {
      process.env.PRETEND_PM1 = value
      const deaf = await start()
      expect(await deaf.powerDown()).toBe(false)
      await deaf.quit()
    }
    const other = await start({ more: 'arguments: [-machine, pc]' })
    expect(await other.powerDown()).toBe(true)
    await other.ended
  })

  it('explains what QEMU says when it refuses', async () => {
    be('#!/bin/sh\necho "qemu: -device vfio-pci: vfio 0000:01:00.0: group 8 is not viable" >&2\nexit 1\n')
    const messages: string[] = []
    const error = await start({ onMessage: (line) => messages.push(line) }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(MachineError)
    expect((error as MachineError).message).toMatch(
      /^QEMU refuses: a function of IOMMU group 8 has a driver of the host; /,
    )
    // It was told as it came: the error does not say it again.
    expect((error as MachineError).detail).toBeUndefined()
    expect(messages).toHaveLength(1)
  })

  it('passes on what QEMU says where its words are not known', async () => {
    be('#!/bin/sh\necho "qemu: something new" >&2\nexit 3\n')
    await expect(start()).rejects.toMatchObject({
      message: `${qemu} ended with status 3`,
      detail: 'qemu: something new',
    })
  })

  it('says that QEMU is not installed', async () => {
    rmSync(qemu)
    await expect(start()).rejects.toThrow(`cannot run ${qemu}: it is not installed`)
  })

  it('tells of a QEMU that is killed', async () => {
    const vm = await start()
    process.kill(vm.pid, 'SIGKILL')
    await expect(vm.ended).rejects.toThrow('was ended by SIGKILL')
  })

  it('kills a QEMU that does not hear', async () => {
    process.env.PRETEND_DEAF = '1'
    const vm = await start()
    await expect(vm.quit(200)).rejects.toThrow('was ended by SIGKILL')
  })

  it('can be stopped while it starts', async () => {
    be('#!/bin/sh\ncase "$*" in *isa-debug-exit*) exit 1 ;; esac\nexec sleep 60\n')
    const stop = new AbortController()
    setTimeout(() => stop.abort(), 200)
    const error = await start({ signal: stop.signal }).catch((thrown: unknown) => thrown)
    expect(error).toBe(stop.signal.reason)
  })

  describe('with programs beside QEMU', () => {
    const path = process.env.PATH
    const log = () => readFileSync(join(folder, 'log'), 'utf8').trim().split('\n')
    const install = (name: string, program: string) =>
      writeFileSync(join(folder, name), program, { mode: 0o755 })
    beforeEach(() => {
      process.env.PATH = `${folder}:${path}`
      install('taskset', `#!/bin/sh\necho "taskset $*" >> ${folder}/log\n`)
      install('swtpm', pretendSwtpm)
    })
    afterEach(() => {
      process.env.PATH = path
    })

    it('starts swtpm before QEMU, and has ended it when the machine has ended', async () => {
      const vm = await start({ more: 'tpm: true' })
      const [socket, tpm] = [join(vm.folder, 'tpm.sock'), join(folder, 'm.tpm')]
      expect(log()).toEqual([
        `swtpm in ${tpm}: socket --tpm2 --terminate --tpmstate dir=. --ctrl type=unixio,path=${socket}`,
      ])
      expect(JSON.parse(readFileSync(`${qemu}.argv`, 'utf8'))).toContain(
        `socket,id=tpm-socket,path=${socket}`,
      )
      await vm.quit()
      await vm.ended
      expect(log().at(-1)).toBe('swtpm ends')
    })

    it('ends swtpm where QEMU refuses', async () => {
      be('#!/bin/sh\nexit 1\n')
      await expect(start({ more: 'tpm: true' })).rejects.toThrow('ended with status 1')
      expect(log().at(-1)).toBe('swtpm ends')
    })

    it('says why swtpm does not start, and starts no QEMU', async () => {
      install('swtpm', '#!/bin/sh\necho "swtpm: the state is locked" >&2\nexit 3\n')
      await expect(start({ more: 'tpm: true' })).rejects.toMatchObject({
        message: `swtpm does not start with the state in ${join(folder, 'm.tpm')}: it ended with status 3`,
        detail: 'swtpm: the state is locked',
      })
      rmSync(join(folder, 'swtpm'))
      process.env.PATH = folder
      await expect(start({ more: 'tpm: true' })).rejects.toThrow('it is not installed')
      expect(existsSync(`${qemu}.argv`)).toBe(false)
    })

    it("keeps QEMU's threads where they are to be: its own first, then each processor by its number", async () => {
      const vm = await start({ more: 'cpus: { count: 2, pin: "5,3", others: 0-1 }' })
      expect(log()).toEqual([`taskset -apc 0,1 ${vm.pid}`, 'taskset -pc 3 71', 'taskset -pc 5 70'])
      await vm.quit()
      await vm.ended
    })

    it('stops a machine whose threads cannot be kept', async () => {
      install('taskset', "#!/bin/sh\necho 'taskset: failed to set affinity: Invalid argument' >&2\nexit 1\n")
      await expect(start({ more: 'cpus: { count: 2, pin: 5-6 }' })).rejects.toThrow(
        "QEMU's threads cannot be kept on the host's 6: taskset: failed to set affinity: Invalid argument",
      )
      expect(existsSync(runFolder())).toBe(false)
    })
  })
})
