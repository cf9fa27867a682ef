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

import { accessSync, constants, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Document, isMap, LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'

/** The description cannot be used. Each problem names the file, the line and column, and what was expected. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError'

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

export interface Disk {
  readonly file: string
  readonly format: 'raw' | 'qcow2'
  /** What the machine sees: a virtio, NVMe or SATA disk. */
  readonly bus: 'virtio' | 'nvme' | 'sata'
  readonly readonly: boolean
  readonly bootindex?: number | undefined
}

/** A function of the host that the machine gets. */
export interface HostDevice {
  /** As it was written: an address, ids, a word. */
  readonly host: string
  /** With the legacy VGA ranges, so that the firmware can use the card as the boot display (QEMU's x-vga). */
  readonly vga: boolean
  /** An option ROM in place of the card's own; `false`: none. */
  readonly rom?: string | false | undefined
  readonly bootindex?: number | undefined
}

export interface Description {
  readonly name: string
  readonly memoryBytes: number
  readonly cpus: number
  /** UEFI: `code` undefined is the one installed; `vars` keeps its settings, made from the installed template when missing. */
  readonly firmware: 'bios' | { readonly code: string | undefined; readonly vars: string }
  /** Booted directly, without a boot loader. */
  readonly kernel?: string | undefined
  readonly initrd?: string | undefined
  readonly append?: string | undefined
  readonly disks: readonly Disk[]
  readonly devices: readonly HostDevice[]
  /** The QEMU to run. */
  readonly qemu: string
  /** More of QEMU's arguments, as they are. */
  readonly arguments: readonly string[]
}

/** A setting that is told to be `expected` where it is something else. */
const error = (expected: string) => ({ error: `expected ${expected}` })

const sizeWords = 'a size such as 512M or 8G'
const size = z
  .union(
    [
      z.int(error(sizeWords)).positive(error(sizeWords)),
      z.string().regex(/^[1-9]\d*[KMGT]$/, error(sizeWords)),
    ],
    error(sizeWords),
  )
  .transform((text) => {
    const [, count, unit = ''] = /^(\d+)([KMGT]?)$/.exec(String(text))!
    return Number(count) * 1024 ** (unit ? ' KMGT'.indexOf(unit) : 0)
  })
  .refine((bytes) => bytes % 1024 ** 2 === 0, error(`whole mebibytes: ${sizeWords}`))

const file = z.string(error('a file name')).min(1, error('a file name'))
const text = z.string(error('text'))
const flag = z.boolean(error('true or false')).default(false)
const bootindex = z.int(error('a number: 0 is tried first')).min(0, error('0 or more')).optional()

const disk = z.strictObject(
  {
    file,
    format: z.enum(['raw', 'qcow2'], error('raw or qcow2')).optional(),
    bus: z.enum(['virtio', 'nvme', 'sata'], error('virtio, nvme or sata')).default('virtio'),
    readonly: flag,
    bootindex,
  },
  error('a disk with its settings, such as file: FILE'),
)

const device = z.strictObject(
  {
    host: text.min(1, error('a device of the host, such as 01:00.0')),
    vga: flag,
    rom: z.union([file, z.literal(false)], error('the file of an option ROM, or false for none')).optional(),
    bootindex,
  },
  error('a device with its settings, such as host: 01:00.0'),
)

const machine = z.strictObject(
  {
    name: text.regex(/^[A-Za-z0-9][\w.-]*$/, error('letters, digits, "-", "_" and "."')),
    memory: size,
    cpus: z.int(error('a number')).min(1, error('1 or more')).max(1024, error('1024 or less')).default(1),
    firmware: z
      .union(
        [z.enum(['bios', 'uefi']), z.strictObject({ code: file, vars: file.optional() })],
        error('bios, uefi, or the files of a firmware: { code: FILE, vars: FILE }'),
      )
      .default('bios'),
    kernel: file.optional(),
    initrd: file.optional(),
    append: text.optional(),
    disks: z.array(disk, error('a list of disks')).default([]),
    devices: z.array(device, error('a list of devices')).default([]),
    qemu: file.default('qemu-system-x86_64'),
    arguments: z.array(text, error('a list of arguments')).default([]),
  },
  error('settings, such as memory: 4G'),
)

const schema = machine.refine(
  ({ kernel, initrd, append }) => kernel !== undefined || (initrd === undefined && append === undefined),
  {
    path: ['kernel'],
    error: 'expected a kernel, which initrd and append go with',
  },
)

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
  const parsed = schema.safeParse(raw)
  if (!parsed.success) {
    throw new DescriptionError(
      parsed.error.issues.flatMap((issue) => {
        const path = issue.path as (string | number)[]
        if (issue.code === 'unrecognized_keys') {
          return issue.keys.map((key) => {
            const map = path.length > 0 ? document.getIn(path, true) : document.contents
            const pair = isMap(map) ? map.items.find((item) => String(item.key) === key) : undefined
            const offset = (pair?.key as { range?: [number, number, number] } | undefined)?.range?.[0] ?? 0
            return `${at(offset)}: ${[...path, key].join('.')}: there is no such setting${suggestion(key, path)}`
          })
        }
        const what = path.join('.') || 'description'
        return [`${at(offsetOf(document, path))}: ${what}: ${issue.message}${found(raw, path)}`]
      }),
    )
  }
  const folder = dirname(resolve(file))
  const own = (name: string) => resolve(folder, name)
  const ownOrNone = (name: string | undefined) => name && own(name)
  const { memory, disks, devices, firmware, kernel, initrd, ...rest } = parsed.data
  return {
    ...rest,
    memoryBytes: memory,
    firmware:
      firmware === 'bios'
        ? firmware
        : {
            code: firmware === 'uefi' ? undefined : own(firmware.code),
            vars: own((firmware !== 'uefi' && firmware.vars) || `${parsed.data.name}.vars.fd`),
          },
    kernel: ownOrNone(kernel),
    initrd: ownOrNone(initrd),
    disks: disks.map((one) => ({
      ...one,
      file: own(one.file),
      format: one.format ?? (one.file.endsWith('.qcow2') ? 'qcow2' : 'raw'),
    })),
    devices: devices.map((one) => ({ ...one, rom: one.rom ? own(one.rom) : one.rom })),
  }
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

/** Throws {@link DescriptionError} where a file that the machine needs cannot be read: better before anything is changed. */
export function requireFiles({ kernel, initrd, firmware, disks, devices }: Description): void {
  const code = firmware === 'bios' ? undefined : firmware.code
  const files = [
    kernel,
    initrd,
    code,
    ...disks.map(({ file }) => file),
    ...devices.map(({ rom }) => rom || undefined),
  ]
  const problems = files.flatMap((file) => {
    try {
      if (file !== undefined) accessSync(file, constants.R_OK)
      return []
    } catch (error) {
      return [`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`]
    }
  })
  if (problems.length > 0) throw new DescriptionError(problems)
}

/** What stands at a path, for a message. */
function found(raw: unknown, path: readonly (string | number)[]): string {
  let value = raw
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key]
  return value === undefined ? ', and there is none' : `, found ${JSON.stringify(value).slice(0, 60)}`
}

/** Where the deepest part of a path that stands in the file begins. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true) as
      | { range?: [number, number, number] }
      | undefined
    if (node?.range) return node.range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

/** The setting that was meant, where one is a letter or two away; else all that there are. */
function suggestion(key: string, path: readonly (string | number)[]): string {
  const section = path[0] === 'disks' ? disk : path[0] === 'devices' ? device : machine
  const names = Object.keys(section.shape)
  const near = names.find((name) => distance(name, key.toLowerCase()) <= 2)
  return near ? `; did you mean ${near}?` : `; there are: ${names.join(', ')}`
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      next.push(Math.min(row[j]! + (letter === b[j] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1))
    }
    row = next
  }
  return row[b.length]!
}
