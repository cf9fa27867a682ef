import { chmodSync, chownSync, closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs'
import { explainWords } from '../../logs/index.js'
import { type AcceleratorChoice, chooseAccelerator } from '../accelerator.js'
import { caller } from '../caller.js'
import { type Description, programPath } from '../description/index.js'
import { uefiFirmware } from '../firmware.js'
import { MachineError } from '../machine-error.js'
import { lookingGlassFile } from '../qemu/graphics.js'
import { domainXml } from './domain.js'
import { domainFile } from './domains.js'
import { withXml } from './plug.js'
import { virsh } from './virsh.js'

/** Throws {@link MachineError} where libvirt has a domain of this name that was not made from this description. */
export function requireOwnDomain(name: string, file: string): void {
  const there = domainFile(name)
  if (there === undefined || there.file === file) return
  throw new MachineError(
    there.file === null
      ? `libvirt has a domain ${name} that handover did not write: rename one of the two, or remove that one with virsh undefine ${name}`
      : `libvirt has a domain ${name} that was made from ${there.file}: rename one of the two, or remove that one with virsh undefine ${name}`,
  )
}

/** Has libvirt know the machine as it is described; libvirt checks it. Throws {@link MachineError}, FirmwareError. */
export async function defineDomain(
  description: Description,
  file: string,
  addresses: readonly string[],
): Promise<AcceleratorChoice> {
  const { firmware, qemu } = description
  const acceleration = await chooseAccelerator([qemu])
  const xml = domainXml(description, {
    ...{ accelerator: acceleration.accelerator, file, addresses, uid: caller() },
    emulator: programPath(qemu) ?? qemu,
    firmware: firmware === 'bios' ? undefined : uefiFirmware(firmware),
    isAmd: readFileSync('/proc/cpuinfo', 'utf8').includes('AuthenticAMD'),
    isBlock: (disk) => statSync(disk, { throwIfNoEntry: false })?.isBlockDevice() ?? false,
  })
  withXml(xml, (own) => virsh(['define', '--validate', own]))
  return acceleration
}

/** Returns when QEMU answers libvirt. Throws {@link MachineError}. */
export function startDomain(description: Description): void {
  const { name } = description
  shareLookingGlass(description)
  try {
    virsh(['start', name])
  } catch (error) {
    const { message } = error as Error
    const known = explainWords(message)
    throw new MachineError(
      known ? `libvirt refuses: ${known.title}; ${known.fix}` : message,
      known ? message : undefined,
    )
  }
}

/** Asks a domain to shut down: libvirt asks its guest agent, where it has one, else it presses the power button. */
export function shutDownDomain(name: string): void {
  virsh(['shutdown', name])
}

/** Ends a domain at once. It may have ended by itself meanwhile. */
export function destroyDomain(name: string): void {
  try {
    virsh(['destroy', name])
  } catch (error) {
    if (!(error as Error).message.includes('domain is not running')) throw error
  }
}

/** Memory of Looking Glass that both the caller's viewer and libvirt's QEMU, a user of its own, may open; nobody else. */
function shareLookingGlass({ name, lookingGlassBytes }: Description): void {
  const file = lookingGlassFile(name)
  if (lookingGlassBytes === undefined || existsSync(file)) return
  // libvirt docs/formatcaps.rst, secmodel: +UID:+GID.
  const gid = /<model>dac<\/model>.*?<baselabel type='(?:kvm|qemu)'>\+\d+:\+(\d+)</s.exec(
    virsh(['capabilities']),
  )?.[1]
  closeSync(openSync(file, 'wx', 0o600))
  chownSync(file, caller() ?? 0, Number(gid ?? 0))
  chmodSync(file, 0o660)
}
