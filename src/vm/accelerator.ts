import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
 * `qemu`: the program, and arguments that it always needs. KVM where it really works, software emulation where not. /dev/kvm may be there and yet run machines slower than the
 * emulation does (in a virtual machine whose host offers no nested virtualization, say), so a loop is tried in it.
 */
export async function chooseAccelerator(qemu: readonly string[]): Promise<AcceleratorChoice> {
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
  const failure = await tryKvm(qemu)
  return failure === undefined ? { accelerator: 'kvm' } : { accelerator: 'tcg', because: failure }
}

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
        else if (signal) resolve(`KVM is there but too slow: a loop did not end in ${trialMs / 1000} s`)
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
