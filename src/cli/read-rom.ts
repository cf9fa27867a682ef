import type { Read, WritableHost } from '../host/index.js'
import { isShadow, knownValue, type PciFunction } from '../machine/index.js'
import { CliError } from './errors.js'
import { whyUnknown } from './explain.js'
import { status } from './status.js'

export interface RomBytes {
  readonly bytes: Uint8Array
  /** `shadow`: the copy in memory that the firmware started, in place of what is on the card. */
  readonly source: 'card' | 'shadow'
}

/**
 * Reads a function's option ROM through `rom` in sysfs (Linux drivers/pci/pci-sysfs.c `pci_read_rom`, drivers/pci/rom.c):
 * 1 is written to it, it is read, and 0 is written whatever happened. The kernel switches the card's decoder on and off
 * around each read by itself; what 1 and 0 switch is only whether the file may be read. Nothing is awaited in between, so
 * that no signal handler runs before the 0. Throws {@link CliError} that says why there is nothing to save.
 */
export function readRom(host: WritableHost, f: PciFunction): RomBytes {
  const path = `/sys/bus/pci/devices/${f.address}/rom`
  if ('unknown' in f.resources)
    throw new CliError(
      status.failed,
      `whether ${f.address} has an option ROM is not known: ${whyUnknown(f.resources)}`,
    )
  const found = f.resources.value.find(({ kind }) => kind === 'rom')
  if (!found)
    throw new CliError(
      status.failed,
      `${f.address} has no option ROM (no size in ${path.replace(/rom$/, 'resource')})`,
    )
  const source = isShadow(found) ? 'shadow' : 'card'
  if (source === 'card') requireAwake(f)

  const bytes = enabled(host, path, () => host.readBytes(path))
  if (bytes.kind !== 'value') throw unreadable(f, path, bytes)
  const [first] = bytes.value.bytes
  if (bytes.value.bytes.every((byte) => byte === first)) throw blank(f, path, first)
  return { bytes: bytes.value.bytes, source }
}

/** A card that sleeps answers no reads of its memory; reading `rom` does not wake it (only reading `config` would). */
function requireAwake(f: PciFunction): void {
  const state = knownValue(f.powerState)
  if (state === undefined || !/^D[123]/.test(state)) return
  const control = `/sys/bus/pci/devices/${f.address}/power/control`
  throw new CliError(status.failed, `${f.address} sleeps (${state}), so its ROM cannot be read`, [
    `wake it, and keep it awake: echo on > ${control}`,
    `later: echo auto > ${control}`,
  ])
}

function enabled<T>(host: WritableHost, path: string, read: () => T): T {
  host.writeText(path, '1')
  try {
    return read()
  } finally {
    host.writeText(path, '0')
  }
}

function unreadable(f: PciFunction, path: string, read: Exclude<Read<unknown>, { kind: 'value' }>): CliError {
  switch (read.kind) {
    case 'denied':
      return new CliError(status.privilege, `this user may not read ${path}`, ['run it as root'])
    case 'error':
      return new CliError(status.failed, `cannot read ${path}: ${read.code}`, [
        read.code === 'EIO'
          ? 'the kernel found no room to map it, or no images in it; `dmesg` may say more'
          : `is ${f.address} in use by a driver or a virtual machine? \`dmesg\` may say more`,
      ])
    default:
      return new CliError(status.failed, `there is no ${path}`, [
        'the device is gone, or this kernel offers no ROM',
      ])
  }
}

function blank(f: PciFunction, path: string, byte: number | undefined): CliError {
  if (byte === undefined)
    return new CliError(status.failed, `${path} is empty: the kernel found no images in it`)
  const memory = 'value' in f.config ? f.config.value.header.fields.command.memory : undefined
  const value = byte.toString(16).padStart(2, '0')
  return new CliError(status.failed, `every byte of ${path} is 0x${value}: the card does not answer there`, [
    memory === false
      ? `its memory is switched off: bind a driver to it, or echo 1 > /sys/bus/pci/devices/${f.address}/enable`
      : "some cards show their ROM only until their driver starts: try before the driver is loaded, or save it from the maker's tool",
  ])
}
