/**
 * `npm run demo`: a video card and an NVMe disk handed to a virtual machine by the kernel's vfio-pci, and taken back, in
 * the laboratory. Every command that it shows is this program's, run in there.
 */

import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { startProgress } from '../cli/index.js'
import {
  type Computer,
  defaultTopologyFile,
  type Guest,
  guestEnvironment,
  LabError,
  readTopology,
  startComputer,
} from '../lab/index.js'
import { bootSector } from './boot-sector.js'

const top = join(import.meta.dirname, '../..')
const description = join(top, 'examples/demo-vm.yaml')
const picture = join(top, 'demo-output/screen.png')
const video = '00:02.0'
const disk = '01:00.0'
const line = 'handover: a boot sector on the NVMe disk says this through INT 10h'

/** Software emulation inside software emulation: the line is there after about 6 s. */
const bootTimeoutMs = 120_000

const began = Date.now()
const progress = startProgress()
const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => interrupted.abort())

let computer: Computer | undefined
try {
  computer = await startComputer(readTopology(defaultTopologyFile), {
    progress: progress.step,
    signal: interrupted.signal,
  })
  const gone = computer
    .ended()
    .then(() => Promise.reject(new LabError("the laboratory's computer ended", computer?.serialLog())))
  const stopped = new Promise<never>((_, reject) => {
    interrupted.signal.addEventListener('abort', () => reject(interrupted.signal.reason), { once: true })
  })
  await Promise.race([demonstrate(computer), gone, stopped])
} catch (error) {
  progress.end(true)
  process.exitCode = interrupted.signal.aborted ? 130 : 1
  if (!interrupted.signal.aborted) {
    console.error(`handover: ${(error as Error).message}`)
    if (error instanceof LabError && error.detail) console.error(error.detail)
  }
} finally {
  await computer?.stop()
}

async function demonstrate(computer: Computer): Promise<void> {
  const { guest } = computer
  progress.step('writing a boot sector to the NVMe disk, with the nvme driver')
  const sector = bootSector(line)
  await guest.succeed('dd of=/dev/nvme0n1 bs=512 count=1 conv=fsync status=none', { input: sector })
  progress.end()
  console.log(`
A computer with a VT-d IOMMU, PCI Express root ports, a video card, an NVMe disk
and QEMU's edu card is up, with Linux ${computer.kernel.version}. In it:`)
  await show(guest, 0, 'devices')
  await show(guest, 5, 'bind', video, disk)
  await show(guest, 2, 'bind', '--dry-run', '--accept', 'display', video, disk)
  await show(guest, 0, 'bind', '--accept', 'display', video, disk)

  console.log(`\n$ handover vm start ${relative(top, description)} --foreground`)
  progress.step('waiting for the boot sector to speak on the video card')
  const output: Buffer[] = []
  const collect = (chunk: Buffer) => void output.push(chunk)
  const machine = guest.start(['handover', 'vm', 'start', description, '--foreground'], {
    env: guestEnvironment(),
    onStdout: collect,
    onStderr: collect,
  })
  let running = true
  void machine.ended.finally(() => (running = false)).catch(() => undefined)
  const deadline = Date.now() + bootTimeoutMs
  let screen: string[] = []
  while (!screen.includes(line)) {
    if (!running)
      throw new LabError('the virtual machine ended before it had booted', Buffer.concat(output).toString())
    if (Date.now() > deadline) {
      throw new LabError(
        `the line did not appear within ${bootTimeoutMs / 1000} s. On the screen:`,
        screen.join('\n').trim(),
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
    screen = await computer.screenText()
  }
  mkdirSync(join(picture, '..'), { recursive: true })
  await computer.screenshot(picture)
  progress.step('stopping the virtual machine with Ctrl-C')
  machine.kill('SIGINT')
  const { status } = await machine.ended
  progress.end()
  process.stdout.write(Buffer.concat(output))
  console.log(`(exit status ${status})`)

  await show(guest, 0, 'unbind', video, disk)
  await show(guest, 0, 'devices')
  const again = await guest.succeed(
    'dd if=/dev/nvme0n1 bs=512 count=1 iflag=direct status=none | od -An -v -tx1',
  )
  const same = again.replace(/\s/g, '') === Buffer.from(sector).toString('hex')
  if (!same) throw new LabError('the nvme driver read another sector than was written')

  console.log(`
What happened
  - the video card and the NVMe disk left their drivers and went to vfio-pci
  - the virtual machine's firmware ran the card's option ROM and drew on it
  - it read a boot sector from the disk by DMA through the IOMMU, which printed:
      ${line}
  - both are with their drivers again; nvme read the same sector back
  It took ${((Date.now() - began) / 1000).toFixed(0)} s. The card's screen while the machine ran:
      ${relative(process.cwd(), picture) || picture}

Next: ./bin/handover devices       what this computer has
      ./bin/handover lab shell     a prompt in the laboratory`)
}

/** Runs this program in the laboratory and shows the command and what it said. */
async function show(guest: Guest, expected: number, ...args: string[]): Promise<void> {
  const words = ['handover', ...args]
  console.log(`\n$ ${words.join(' ')}`)
  const { status, stdout, stderr } = await guest.run(words, {
    env: { ...guestEnvironment(), COLUMNS: String(process.stdout.columns || 80) },
  })
  process.stdout.write(stdout + stderr)
  if (status !== expected) throw new LabError(`${words.join(' ')} ended with status ${status}`)
}
