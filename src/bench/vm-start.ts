import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Qmp } from '../vm/index.js'

const runs = 7

/**
 * From `handover vm start` to its end, when QEMU answers and is watched, beside a line of QEMU written by hand for the same
 * machine until it answers. A machine without devices, as the kernel pins memory for devices at the same pace for both.
 */
export async function benchVmStart(program: string, folder: string): Promise<void> {
  const description = join(folder, 'bench.yaml')
  writeFileSync(description, 'name: handover-bench\nmemory: 512M\n')
  const handover = (...words: readonly string[]) =>
    execFileSync(process.execPath, [program, 'vm', ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
  const [byHand, byHandover]: [number[], number[]] = [[], []]
  for (let run = 0; run <= runs; run++) {
    const began = performance.now()
    const qemu = startByHand(folder)
    const qmp = await Qmp.connect(join(folder, 'qmp.sock'))
    const answered = performance.now()
    qmp.close()
    qemu.kill()
    await once(qemu, 'exit')
    rmSync(join(folder, 'qmp.sock'), { force: true })

    const asked = performance.now()
    handover('start', description)
    const started = performance.now()
    handover('stop', description, '--force')
    if (run === 0) continue // it fills the page cache, and tries KVM
    byHand.push(answered - began)
    byHandover.push(started - asked)
  }
  const [hand, ours] = [median(byHand), median(byHandover)]
  console.log(`\nA machine until QEMU answers, median of ${runs}`)
  for (const [name, milliseconds] of [
    ['a line of QEMU by hand', hand],
    ['handover vm start', ours],
    ['more', ours - hand],
  ] as const)
    console.log(`  ${name.padEnd(40)}${`${milliseconds.toFixed(0)} ms`.padStart(10)}`)
}

function startByHand(folder: string): ChildProcess {
  const socket = `unix:${join(folder, 'qmp.sock')},server=on,wait=off`
  const line = `-accel tcg -cpu max -M q35 -m 512M -nodefaults -no-user-config -display none -vga none -serial null -qmp ${socket}`
  return spawn('qemu-system-x86_64', line.split(' '), { stdio: 'ignore' })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}
