/**
 * A virtual machine, described once, in YAML.
 *
 * ```yaml
 * name: windows
 * memory: 8G
 * cpus: 4
 * firmware: uefi
 * disks:
 *   - file: windows.qcow2
 * devices:
 *   - host: 01:00.0
 *     vga: true
 * ```
 *
 * File names are relative to the description's folder.
 */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { LineCounter, parseDocument } from 'yaml'
import { conflicts } from './conflicts.js'
import { type Description, DescriptionError } from './description.js'
import { found, offsetOf, offsetOfKey, type Path, suggestion } from './places.js'
import { schema, type Written } from './schema.js'

/** Reads a description from YAML text. `file` is for messages and for the folder that file names are relative to. */
export function parseDescription(text: string, file: string): Description {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  if (document.errors.length > 0) {
    throw new DescriptionError(
      document.errors.map((error) => `${at(error.pos[0])}: ${error.message.split('\n')[0]}`),
    )
  }
  const raw: unknown = document.toJS() ?? {}
  const problem = (path: Path, message: string): Problem => ({
    offset: offsetOf(document, path),
    text: `${path.join('.') || 'description'}: ${message}${found(raw, path)}`,
  })
  const refuse = (problems: readonly Problem[]): never => {
    const inOrder = problems.toSorted((a, b) => a.offset - b.offset)
    throw new DescriptionError(inOrder.map(({ offset, text }) => `${at(offset)}: ${text}`))
  }
  const parsed = schema.safeParse(raw)
  if (!parsed.success) {
    return refuse(
      parsed.error.issues.flatMap((issue) => {
        const path = issue.path as (string | number)[]
        if (issue.code !== 'unrecognized_keys') return [problem(path, issue.message)]
        return issue.keys.map((key) => ({
          offset: offsetOfKey(document, path, key),
          text: `${[...path, key].join('.')}: there is no such setting${suggestion(key, path)}`,
        }))
      }),
    )
  }
  const description = describe(parsed.data, dirname(resolve(file)))
  const contradictions = conflicts(parsed.data, description)
  if (contradictions.length > 0)
    return refuse(contradictions.map(({ path, message }) => problem(path, message)))
  return description
}

/** What is wrong, and where in the text. */
interface Problem {
  readonly offset: number
  readonly text: string
}

/** Reads a description file. Throws {@link DescriptionError}. */
export function readDescription(file: string): Description {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new DescriptionError([`${file}: cannot read it: ${(error as NodeJS.ErrnoException).code}`])
  }
  return parseDescription(text, file)
}

const hugePageBytes = { '2M': 2 * 1024 ** 2, '1G': 1024 ** 3 }

/** What is written, with what follows from it. */
function describe(written: Written, folder: string): Description {
  const own = (name: string) => resolve(folder, name)
  const ownOrNone = (name: string | undefined) => name && own(name)
  const { name, cpus, disks, devices } = written
  const pages = written['huge-pages']
  return {
    name,
    os: written.os,
    memoryBytes: written.memory,
    hugePageBytes: pages && hugePageBytes[pages],
    memoryNode: written['memory-node'],
    cpus: typeof cpus === 'object' ? cpus : { count: cpus ?? 1, threads: 1 },
    firmware: firmware(written, own),
    tpm: written.tpm ? own(`${name}.tpm`) : undefined,
    mmioWindowBytes: written['mmio-window'],
    hypervisor: written.hypervisor,
    kernel: ownOrNone(written.kernel),
    initrd: ownOrNone(written.initrd),
    append: written.append,
    disks: disks.map((one) => ({
      file: own(one.file),
      format: one.format ?? (one.file.endsWith('.qcow2') ? 'qcow2' : 'raw'),
      bus: one.cdrom ? 'sata' : (one.bus ?? 'virtio'),
      cdrom: one.cdrom,
      readonly: one.cdrom || (one.readonly ?? false),
      bootindex: one.bootindex,
    })),
    network: written.network,
    graphics: written.graphics,
    display: written.display,
    input: written.input,
    usb: written.usb.map((ids) => ids.toLowerCase()),
    lookingGlassBytes: written['looking-glass'],
    sound: written.sound,
    guestAgent: written['guest-agent'],
    devices: devices.map((one) => ({ ...one, rom: one.rom ? own(one.rom) : one.rom })),
    qemu: written.qemu.includes('/') ? own(written.qemu) : written.qemu,
    arguments: written.arguments,
  }
}

function firmware(
  { name, firmware: asked = 'bios' }: Written,
  own: (file: string) => string,
): Description['firmware'] {
  if (asked === 'bios') return asked
  const settings = `${name}.vars.fd`
  if (asked === 'uefi') return { vars: own(settings) }
  if (asked === 'secure-boot') return { vars: own(settings), secureBoot: true }
  return { code: own(asked.code), vars: own(asked.vars ?? settings) }
}
