import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Qmp } from '../../src/vm/index.js'

const program = 'qemu-system-x86_64'
export const hasQemu = spawnSync(program, ['--version']).error === undefined

/** In place of a device of the host: an emulated disk, whose serial number holds the address. */
export const emulated = { driver: 'nvme', names: 'serial' }

/**
 * Ports that are asked by PCI Express's own hot-plug, whose slots have no power until a system switches it on: then QEMU asks
 * nobody (hw/pci/pcie.c pcie_cap_slot_unplug_request_cb).
 */
export const native = ['-global', 'ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off']

export const spares = (count: number) =>
  Array.from({ length: count }, (_, i) => ['-device', `pcie-root-port,id=spare${i},chassis=${i + 1}`]).flat()

/** A machine in which only its firmware runs. End it. */
export async function tinyQemu(...args: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
  const socket = join(folder, 'qmp.sock')
  const machine = ['-M', 'q35', '-accel', 'tcg', '-m', '128M', '-nodefaults', '-display', 'none']
  const child = spawn(program, [...machine, '-qmp', `unix:${socket},server=on,wait=off`, ...args], {
    stdio: 'inherit',
  })
  const ended = once(child, 'exit')
  return {
    folder,
    pid: child.pid!,
    qmp: await Qmp.connect(socket, 30_000, () => child.exitCode !== null),
    async end() {
      child.kill('SIGKILL')
      await ended
      rmSync(folder, { recursive: true })
    },
  }
}
