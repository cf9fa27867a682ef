import type { Description } from './description/index.js'
import { type Qmp, QmpClosedError } from './qmp.js'

/**
 * The ICH9's PM1 control register, where SeaBIOS and OVMF put it on q35; bit 0, SCI_EN, is set while an operating system
 * takes ACPI events (ACPI specification 6.5, section 4.8.3.2.1). Before the firmware has put it there the port reads all ones.
 * OVMF sets the bit itself, before any system is there (edk2 OvmfPkg/Library/PlatformBootManagerLib/BdsPlatform.c,
 * PciAcpiInitialization): under UEFI it tells nothing.
 */
const pm1Control = { port: 0x604, sciEnable: 1, notThere: 0xffff }

/**
 * Presses a machine's power button, for its system to shut down. False: no system listens to the button (there is none, or it
 * does not use ACPI), so there is nothing to wait for. Throws QmpError.
 */
export async function pressPowerButton(
  qmp: Qmp,
  description: Pick<Description, 'arguments'>,
): Promise<boolean> {
  const listens = await listensToPowerButton(qmp, description)
  if (listens) await ask(qmp, 'system_powerdown')
  return listens
}

/** Ends QEMU at once. Throws QmpError. */
export async function switchOff(qmp: Qmp): Promise<void> {
  await ask(qmp, 'quit')
}

/** What cannot be told is taken for yes: waiting in vain is the smaller mistake. */
async function listensToPowerButton(
  qmp: Qmp,
  { arguments: more }: Pick<Description, 'arguments'>,
): Promise<boolean> {
  // Another machine has its register elsewhere.
  if (more.some((word) => word === '-machine' || word === '-M')) return true
  const read = { 'command-line': `i /h 0x${pm1Control.port.toString(16)}` }
  const said = await ask(qmp, 'human-monitor-command', read)
  const value = /= (0x[0-9a-f]+)/.exec(String(said))?.[1]
  if (value === undefined) return true
  return Number(value) !== pm1Control.notThere && (Number(value) & pm1Control.sciEnable) !== 0
}

/** QEMU may be gone before it answers, which is what was wanted. */
async function ask(qmp: Qmp, command: string, args: Record<string, unknown> = {}): Promise<unknown> {
  try {
    return await qmp.run(command, args)
  } catch (error) {
    if (!(error instanceof QmpClosedError)) throw error
    return undefined
  }
}
