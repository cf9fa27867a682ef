import { createReadStream, statSync } from 'node:fs'
import { type Host, isLogTail, type Read } from '../host/index.js'
import { LogReader, type LogReading } from '../logs/index.js'
import { CliError } from './errors.js'
import { status } from './status.js'

export interface ReadLogs {
  readonly reading: LogReading
  /** Logs that are there, or may be, and could not be read. */
  readonly unread: readonly { readonly path: string; readonly unknown: string }[]
}

/** Files, one after the other; `-` is standard input. Any length, in bounded memory. Throws {@link CliError}. */
export async function readLogFiles(names: readonly string[]): Promise<ReadLogs> {
  const reader = new LogReader()
  const unread: { path: string; unknown: string }[] = []
  for (const name of names) {
    const stream = name === '-' ? process.stdin : openFile(name)
    const shown = name === '-' ? 'standard input' : name
    reader.open(shown)
    let decoder: InstanceType<typeof TextDecoder> | undefined
    let first = true
    try {
      for await (const piece of stream) {
        const bytes = piece as Buffer
        if (first) {
          decoder = utf16DecoderFor(bytes)
          const instead = decoder === undefined ? whatElse(bytes, name) : undefined
          if (instead !== undefined) throw new CliError(status.failed, `${shown}: ${instead}`)
        }
        first = false
        reader.push(decoder === undefined ? bytes : decoder.decode(bytes, { stream: true }))
      }
    } catch (error) {
      throw cannotRead(name, error)
    }
    if (first) unread.push({ path: shown, unknown: 'empty' })
    if (decoder !== undefined) reader.push(decoder.decode())
    reader.close()
  }
  return { reading: reader.result(), unread }
}

/** What is often given in place of a log, by its first bytes, and how to make a log of it. Undefined: it is text, as far as that tells. */
function whatElse(bytes: Buffer, name: string): string | undefined {
  const known = notLogs.find(({ begins }) => bytes.subarray(0, begins.length).equals(begins))
  if (known !== undefined) return known.instead(name === '-' ? 'FILE' : name)
  // Logs of a computer that lost power have stretches of zeros, so some are allowed.
  const some = bytes.subarray(0, 4096)
  const odd = some.filter(
    (byte) => byte < 0x20 && ![0x08, 0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(byte),
  ).length
  return odd * 20 > some.length ? 'it is not text; give a log' : undefined
}

const notLogs: readonly { readonly begins: Buffer; instead(name: string): string }[] = [
  {
    begins: Buffer.from([0x1f, 0x8b]), // RFC 1952
    instead: (name) => `it is compressed: zcat ${name} | handover diagnose -`,
  },
  {
    begins: Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]), // The .xz File Format, 2.1.1.1
    instead: (name) => `it is compressed: xzcat ${name} | handover diagnose -`,
  },
  {
    begins: Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), // RFC 8878
    instead: (name) => `it is compressed: zstdcat ${name} | handover diagnose -`,
  },
  {
    begins: Buffer.from('LPKSHHRH'), // systemd, Journal File Format
    instead: (name) => `it is a journal: journalctl --file ${name} | handover diagnose -`,
  },
]

/** From a Windows editor or PowerShell: UTF-16 with its mark. Undefined: UTF-8, or what is as good as that. */
function utf16DecoderFor(bytes: Buffer): InstanceType<typeof TextDecoder> | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le')
  return bytes[0] === 0xfe && bytes[1] === 0xff ? new TextDecoder('utf-16be') : undefined
}

function openFile(name: string) {
  try {
    if (statSync(name).isDirectory())
      throw new CliError(status.failed, `${name}: it is a folder; give a log in it`)
    return createReadStream(name, { highWaterMark: 1 << 20 })
  } catch (error) {
    throw cannotRead(name, error)
  }
}

function cannotRead(name: string, error: unknown): CliError {
  if (error instanceof CliError) return error
  const code = (error as NodeJS.ErrnoException).code ?? String(error)
  const denied = code === 'EACCES' || code === 'EPERM'
  return new CliError(
    denied ? status.privilege : status.failed,
    `${name} cannot be read: ${code}${denied ? '; run this as root' : ''}`,
  )
}

const kernelLog = '/dev/kmsg'
const libvirtLogs = '/var/log/libvirt/qemu'

/** More machines than most hosts have; a report holds the logs of so many. */
const mostLogs = 64

/** The logs that a host keeps where they always are, and folders of them that cannot be looked into. */
export function hostLogs(host: Host): readonly { readonly path: string; readonly read: Read<string> }[] {
  const kernel = { path: kernelLog, read: host.readText(kernelLog) }
  const names = host.list(libvirtLogs)
  // Most hosts have no libvirt.
  if (names.kind === 'absent') return [kernel]
  if (names.kind !== 'value') return [kernel, { path: libvirtLogs, read: names }]
  const paths = names.value.filter((name) => name.endsWith('.log')).map((name) => `${libvirtLogs}/${name}`)
  return [
    kernel,
    ...paths.slice(0, mostLogs).map((path) => ({ path, read: host.readText(path) })),
    ...paths.slice(mostLogs).map((path) => ({ path, read: { kind: 'unrecorded' as const } })),
  ]
}

/** What the logs of a host say. */
export function readHostLogs(host: Host): ReadLogs {
  const reader = new LogReader()
  const unread: { path: string; unknown: string }[] = []
  for (const { path, read } of hostLogs(host)) {
    if (read.kind !== 'value') {
      unread.push({ path, unknown: read.kind === 'error' ? read.code : read.kind })
      continue
    }
    if (isLogTail(read.value)) unread.push({ path, unknown: 'cut' })
    reader.open(path)
    reader.push(read.value)
    reader.close()
  }
  return { reading: reader.result(), unread }
}
