import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeRunsFolder } from './run/places.js'

export type Accelerator = 'kvm' | 'tcg'

/** What runs the machine's processors, and why it is not KVM where it is not: a sentence. */
export interface AcceleratorChoice {
  readonly accelerator: Accelerator
  readonly because?: string
}

/** The trial takes about 0.1 s where KVM works. A KVM that emulates instructions one by one needs several seconds for it. */
const trialMs = 2_000
const iterations = 5_000_000
/** The isa-debug-exit device ends QEMU with status `2 * value + 1` (QEMU hw/misc/debugexit.c). */
const exitPort = 0xf4
const exitValue = 0x21
const exitStatus = 2 * exitValue + 1

/**
 * `qemu`: the program, and arguments that it always needs. KVM where it really works, software emulation where not. /dev/kvm may
 * be there and yet run machines slower than the emulation does (in a virtual machine whose host offers no nested virtualization,
 * say), so a loop is tried in it. That it was too slow is noted in the file `slow`, for this QEMU and until the computer is
 * started again; every other answer is had at once.
 */
export async function chooseAccelerator(
  qemu: readonly string[],
  slow: string | undefined = slowFile(),
): Promise<AcceleratorChoice> {
  if (process.arch !== 'x64')
    return { accelerator: 'tcg', because: `KVM runs no x86 machines on ${process.arch}` }
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return {
      accelerator: 'tcg',
      because:
        code === 'ENOENT'
          ? 'there is no /dev/kvm: virtualization is off in the firmware setup, or the module kvm_intel or kvm_amd is not loaded'
          : `/dev/kvm cannot be opened (${code}): join the group kvm, or run this as root`,
    }
  }
  const boot = `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} `
  const key = boot + qemu.join(' ')
  const noted = slow === undefined ? [] : linesOf(slow).filter((line) => line.startsWith(boot))
  if (noted.includes(key))
    return { accelerator: 'tcg', because: `${tooSlow} when it was tried (it is tried again without ${slow})` }
  const failure = await tryKvm(qemu)
  if (failure === undefined) return { accelerator: 'kvm' }
  if (failure === tooSlow && slow !== undefined) note(slow, [...noted, key])
  return { accelerator: 'tcg', because: failure }
}

/** Beside the run folders, which go when the computer is switched off; undefined where they cannot be had. */
function slowFile(): string | undefined {
  try {
    return join(makeRunsFolder(), '..', 'slow-kvm')
  } catch {
    return undefined
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n')
  } catch {
    return [] // none yet
  }
}

function note(file: string, lines: readonly string[]): void {
  try {
    writeFileSync(file, `${lines.join('\n')}\n`)
  } catch {
    // It is tried again then.
  }
}

const tooSlow = `KVM is there but too slow: a loop did not end in ${trialMs / 1000} s`

/** Undefined: it works. */
async function tryKvm([qemu, ...before]: readonly string[]): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), 'handover-kvm-'))
  try {
    const rom = join(folder, 'loop.rom')
    writeFileSync(rom, loopRom())
    const child = spawn(
      qemu!,
      // biome-ignore format: pairs
      [
        ...before,
        '-accel', 'kvm', '-machine', 'q35', '-m', '16', '-nodefaults', '-no-user-config', '-no-reboot',
        '-display', 'none', '-vga', 'none', '-bios', rom,
        '-device', `isa-debug-exit,iobase=0x${exitPort.toString(16)},iosize=1`,
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], timeout: trialMs, killSignal: 'SIGKILL' },
    )
    let said = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
    return await new Promise<string | undefined>((resolve) => {
      child.on('error', (error) => resolve(`KVM could not be tried: ${error.message}`))
      child.on('close', (status, signal) => {
        if (status === exitStatus) resolve(undefined)
        else if (signal) resolve(tooSlow)
        else
          resolve(
            `KVM does not work: ${said.trim().split('\n').at(-1) || `QEMU ended with status ${status}`}`,
          )
      })
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A ROM of 64 KiB, entered in real mode at its last 16 bytes (the reset vector), that counts and then ends QEMU. */
export function loopRom(): Uint8Array {
  const rom = Buffer.alloc(0x10000, 0x90)
  const start = 0xf000
  const code = [
    [0x66, 0xb9, 0, 0, 0, 0], // mov ecx, iterations
    [0x66, 0x49], //             dec ecx
    [0x75, 0xfc], //             jnz to the dec
    [0xb0, exitValue], //        mov al, exitValue
    [0xe6, exitPort], //         out exitPort, al
    [0xf4], //                   hlt
  ].flat()
  Buffer.from(code).copy(rom, start)
  rom.writeUInt32LE(iterations, start + 2)
  const reset = 0xfff0
  rom[reset] = 0xe9 // jmp start
  rom.writeUInt16LE((start - (reset + 3)) & 0xffff, reset + 1)
  return rom
}
