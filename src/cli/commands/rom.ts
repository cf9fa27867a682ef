import { setImmediate } from 'node:timers/promises'
import { liveHost } from '../../host/index.js'
import { readMachine, sizeText } from '../../machine/index.js'
import { selectOne } from '../choose.js'
import { isSet, type Run, textOf } from '../command.js'
import { romDocument } from '../documents/rom.js'
import { untilInterrupted } from '../interrupt.js'
import { checkFree, writeOutput } from '../output-file.js'
import { readRom } from '../read-rom.js'
import { requireBus } from '../reading.js'
import type { RomDocument } from '../schemas/rom.js'
import { status } from '../status.js'
import type { Line } from '../text.js'

export const run: Run = (terminal, asked) =>
  untilInterrupted(async (signal) => {
    const file = textOf(asked, 'output')!
    const force = isSet(asked, 'force')
    checkFree(file, force)
    const host = liveHost()
    const machine = readMachine(host)
    requireBus(machine.bus)
    const f = selectOne(machine, asked.arguments[0]!)
    const rom = readRom(host, f)
    await setImmediate() // lets a Ctrl-C of meanwhile be seen
    signal.throwIfAborted()
    writeOutput(file, rom.bytes, force)
    const document = romDocument(f, file, rom)
    if (isSet(asked, 'json')) terminal.printJson(document)
    else {
      terminal.print(romText(document))
      terminal.say(romNotes(document))
    }
    return document.problems.length > 0 || document.isForThisDevice === false ? status.pending : status.ok
  })

export function romText({ file, sizeBytes, images }: RomDocument): readonly Line[] {
  return [
    `${file}: ${sizeText(BigInt(sizeBytes))}, ${images.length} image${images.length === 1 ? '' : 's'}`,
    ...images.map(
      (image) =>
        `  at 0x${image.offset.toString(16).padEnd(6)} ${[
          image.efiMachine === null
            ? `${image.codeType ?? 'unknown'} code`
            : `EFI driver for ${image.efiMachine}`,
          `for ${image.vendor?.slice('0x'.length) ?? '????'}:${image.devices.map((id) => id.slice('0x'.length)).join(',')}`,
          ...(image.lengthBytes === null ? [] : [sizeText(BigInt(image.lengthBytes))]),
          ...(image.checksumIsRight === null
            ? []
            : [`checksum ${image.checksumIsRight ? 'right' : 'wrong'}`]),
        ].join(', ')}`,
    ),
  ]
}

/** What a person should know before using the file. */
export function romNotes({
  source,
  images,
  isForThisDevice,
  problems,
  trailing,
}: RomDocument): readonly Line[] {
  const warn = (text: string): Line => [{ text: 'Note: ', style: 'yellow' }, text]
  return [
    ...(source === 'shadow'
      ? [
          warn(
            'this is the copy in memory (0xc0000) that the firmware already started, not what is on the card.',
          ),
          '  It may have changed itself while running, and holds no EFI driver. For a virtual machine take a clean file:',
          "  from the card's maker, or saved while another card is the boot VGA.",
        ]
      : []),
    ...(images.length > 0 && source === 'card' && images.every(({ efiMachine }) => efiMachine === null)
      ? [
          warn(
            'it holds no EFI driver: a virtual machine with UEFI firmware shows nothing until its system has a driver.',
          ),
        ]
      : []),
    ...(isForThisDevice === false ? [warn('no image names the ids of this device.')] : []),
    ...problems.map(({ kind, at, ...more }) =>
      warn(
        `${kind} at 0x${at.toString(16)}${Object.entries(more)
          .map(([name, value]) => `, ${name} ${String(value)}`)
          .join('')}`,
      ),
    ),
    ...(trailing && trailing.byte === null
      ? [warn(`${trailing.sizeBytes} bytes after the last image belong to none.`)]
      : []),
  ]
}
