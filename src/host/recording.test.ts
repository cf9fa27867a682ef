import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Host, Read } from './host.js'
import {
  type RecordedHost,
  RecordingError,
  recordedHost,
  recordingFormat,
  tracingHost,
  writeRecording,
} from './index.js'
import { recordingSchema } from './recording-schema.js'
import { tableHost } from './table-host.js'

const head = { program: 'handover 0.1.0', recorded: '2025-01-02T03:04:05Z', pseudonyms: true }

function recordingOf(host: Host, read: (host: Host) => void): { text: string; host: RecordedHost } {
  const traced = tracingHost(host)
  read(traced)
  const text = writeRecording(traced.trace, head)
  return { text, host: recordedHost(text, 'made.json') }
}

const config = new Uint8Array(4096)
config.set([0x86, 0x80, 0x3e, 0x19])
config.set([0x1b, 0, 1, 0], 0x100)

const example = tableHost({
  text: {
    '/sys/bus/pci/devices/0000:00:02.0/vendor': '0x8086\n',
    '/proc/swaps': 'Filename Type\n/dev/dm-1 partition\n',
    '/sys/bus/pci/devices/0000:00:02.0/reset_method': { kind: 'error', code: 'EIO' },
  },
  bytes: {
    '/sys/bus/pci/devices/0000:00:02.0/config': { bytes: config },
    '/sys/bus/pci/devices/0000:00:02.0/rom': { kind: 'denied' },
  },
  link: { '/sys/bus/pci/devices/0000:00:02.0/driver': '../../../bus/pci/drivers/i915' },
  list: {
    '/sys/bus/pci/devices/0000:00:02.0': ['config', 'driver', 'irq', 'reset_method', 'rom', 'vendor'],
    '/sys/empty': [],
  },
})

const folder = '/sys/bus/pci/devices/0000:00:02.0'
function readExample(host: Host): readonly Read<unknown>[] {
  return [
    host.list(folder),
    host.list('/sys/empty'),
    host.list('/sys/nothing'),
    host.readText(`${folder}/vendor`),
    host.readText(`${folder}/reset_method`),
    host.readText(`${folder}/numa_node`),
    host.readText('/proc/swaps'),
    host.readText('/proc/nothing'),
    host.readBytes(`${folder}/config`, 64),
    host.readBytes(`${folder}/config`, 4096),
    host.readBytes(`${folder}/rom`),
    host.readLink(`${folder}/driver`),
    host.readLink(`${folder}/irq`),
  ]
}

describe('a recording', () => {
  it('can be read and compared line by line', () => {
    expect(recordingOf(example, readExample).text).toBe(`{
"format": "handover.recording/1",
"program": "handover 0.1.0",
"recorded": "2025-01-02T03:04:05Z",
"pseudonyms": true,
"files": {
"/proc/nothing": {"failed": {"text": "absent"}},
"/proc/swaps": {"text": [
  "Filename Type",
  "/dev/dm-1 partition"]},
"/sys/bus/pci/devices/0000:00:02.0": {"list": ["config", "driver", "irq", "reset_method", "rom", "vendor"]},
"/sys/bus/pci/devices/0000:00:02.0/config": {"size": 4096, "cut": true, "bytes": [
  "000: 86 80 3e 19 00 00 00 00 00 00 00 00 00 00 00 00",
  "100: 1b 00 01 00 00 00 00 00 00 00 00 00 00 00 00 00"]},
"/sys/bus/pci/devices/0000:00:02.0/driver": {"link": "../../../bus/pci/drivers/i915"},
"/sys/bus/pci/devices/0000:00:02.0/irq": {"failed": {"link": "absent"}},
"/sys/bus/pci/devices/0000:00:02.0/reset_method": {"failed": {"text": "EIO"}},
"/sys/bus/pci/devices/0000:00:02.0/rom": {"failed": {"bytes": "denied"}},
"/sys/bus/pci/devices/0000:00:02.0/vendor": {"text": "0x8086\\n"},
"/sys/empty": {"list": []},
"/sys/nothing": {"failed": {"list": "absent"}}
}
}
`)
  })

  it('answers every read as the host did', () => {
    const { host } = recordingOf(example, readExample)
    expect(readExample(host)).toEqual(readExample(example))
    expect(host.kind).toBe('recording')
    expect(host.head).toEqual({ format: recordingFormat, ...head })
  })

  it('tells what is absent from what it does not hold', () => {
    const { host } = recordingOf(example, readExample)
    // Listed folders, and folders known to be absent, tell.
    expect(host.readText(`${folder}/numa_node`)).toEqual({ kind: 'absent' })
    expect(host.list(`${folder}/msi_irqs/deeper`)).toEqual({ kind: 'absent' })
    expect(host.readText('/sys/nothing/x')).toEqual({ kind: 'absent' })
    // It is there, but was not read in this way; or nothing was ever asked around it.
    expect(host.readText(`${folder}/irq`)).toEqual({ kind: 'unrecorded' })
    expect(host.readText('/proc/cmdline')).toEqual({ kind: 'unrecorded' })
    expect(host.readText(`${folder}/../0000:00:03.0/vendor`)).toEqual({ kind: 'unrecorded' })
    expect(host.readBytes(`${folder}/config`)).toEqual({ kind: 'unrecorded' })
  })

  it('keeps which bits are known', () => {
    const known = new Uint8Array(64)
    known.set([0xff, 0xff, 0, 0x0f])
    const bytes = new Uint8Array(64)
    bytes.set([0x86, 0x80, 0, 0x01])
    const masked = tableHost({ bytes: { '/config': { bytes, known } } })
    const { host } = recordingOf(masked, (one) => one.readBytes('/config', 4096))
    expect(host.readBytes('/config', 4096)).toEqual({ kind: 'value', value: { bytes, known } })
    expect(host.readBytes('/config', 4)).toEqual({
      kind: 'value',
      value: { bytes: bytes.slice(0, 4), known: known.slice(0, 4) },
    })
  })

  const word = fc.constantFrom('a', 'b', 'c', '..', '__proto__', 'toString', 'ü"\\', '0000:00:02.0')
  const path = fc.array(word, { minLength: 1, maxLength: 4 }).map((words) => `/${words.join('/')}`)
  const failure = fc.constantFrom<Read<never>>(
    { kind: 'absent' },
    { kind: 'denied' },
    { kind: 'error', code: 'EIO' },
  )
  const reads = <T extends object | string>(value: fc.Arbitrary<T>) =>
    fc.dictionary(path, fc.oneof(value, failure))
  const bytesValue = fc
    .uint8Array({ maxLength: 70 })
    .chain((bytes) =>
      fc
        .option(fc.uint8Array({ minLength: bytes.length, maxLength: bytes.length }))
        .map((known) => ({ bytes, ...(known && { known }) })),
    )
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fc.string()).map((lines) => lines.join('\n')),
  )

  it('gives back any host that was read through it', () => {
    fc.assert(
      fc.property(
        reads(text),
        reads(bytesValue),
        reads(text),
        reads(fc.uniqueArray(word).map((names) => names.sort())),
        reads(text),
        fc.nat(80),
        (texts, bytes, links, lists, versions, limit) => {
          const host = tableHost({ text: texts, bytes, link: links, list: lists, version: versions })
          const read = (one: Host) =>
            [texts, bytes, links, lists, versions].flatMap((table, way) =>
              Object.keys(table).map((at) =>
                way === 0
                  ? one.readText(at)
                  : way === 1
                    ? [one.readBytes(at, limit), one.readBytes(at)]
                    : way === 2
                      ? one.readLink(at)
                      : way === 3
                        ? one.list(at)
                        : one.version(at),
              ),
            )
          const recorded = recordingOf(host, read)
          expect(read(recorded.host)).toEqual(read(host))
          expect(recordingSchema.safeParse(JSON.parse(recorded.text)).success).toBe(true)
        },
      ),
    )
  })
})

describe('a tracing host', () => {
  it('gives one state of the host, however it changes', () => {
    let count = 0
    const changing: Host = { ...example, readText: () => ({ kind: 'value', value: `${count++}` }) }
    const host = tracingHost(changing)
    expect([host.readText('/x'), host.readText('/x')]).toEqual([
      { kind: 'value', value: '0' },
      { kind: 'value', value: '0' },
    ])
  })

  it('keeps its bytes from those who got them', () => {
    const host = tracingHost(example)
    const read = host.readBytes(`${folder}/config`, 4)
    if (read.kind === 'value') read.value.bytes.fill(0xff)
    expect(host.readBytes(`${folder}/config`, 4)).toEqual({
      kind: 'value',
      value: { bytes: config.slice(0, 4) },
    })
  })
})

describe('a recording with a mistake', () => {
  const good = { format: recordingFormat, ...head, files: {} as Record<string, unknown> }
  const withFile = (file: unknown) => JSON.stringify({ ...good, files: { '/a/b': file } })

  it.each([
    ['{"format": "handover.recording/1",\n"program" 1}', 'line 2', 'not JSON from here on: "1}"'],
    ['{"format":\n\n', 'line 3', 'the file ends in the middle: was it cut off?'],
    ['[]', '', 'expected an object with "format": "handover.recording/1"'],
    ['{}', 'format', 'expected "handover.recording/1"'],
    [
      JSON.stringify({ ...good, format: 'handover.recording/2' }),
      'format',
      'made by a newer handover (handover.recording/2; this one reads handover.recording/1): use that version or a later one',
    ],
    [JSON.stringify({ ...good, program: 1 }), 'program', 'expected a text'],
    [JSON.stringify({ ...good, pseudonyms: 'yes' }), 'pseudonyms', 'expected true or false'],
    [JSON.stringify({ ...good, toString: 1 }), 'toString', 'not a part of this format'],
    [JSON.stringify({ ...good, files: [] }), 'files', 'expected an object with a member for every path'],
    [JSON.stringify({ ...good, files: { a: {} } }), 'files["a"]', 'expected an absolute path'],
    [withFile(1), 'files["/a/b"]', 'expected an object'],
    [withFile({ txt: '' }), 'files["/a/b"].txt', 'not a part of this format'],
    [withFile({ toString: '' }), 'files["/a/b"].toString', 'not a part of this format'],
    [withFile({ text: [1] }), 'files["/a/b"].text', 'expected a text, or a list of lines'],
    [withFile({ link: null }), 'files["/a/b"].link', 'expected a text'],
    [withFile({ list: 'x' }), 'files["/a/b"].list', 'expected a list of texts'],
    [withFile({ bytes: [], size: -1 }), 'files["/a/b"].size', 'expected a number of bytes up to 67108864'],
    [withFile({ bytes: [] }), 'files["/a/b"]', 'expected bytes and size together'],
    [withFile({ known: [] }), 'files["/a/b"]', 'expected bytes'],
    [withFile({ bytes: [], size: 0, cut: false }), 'files["/a/b"].cut', 'expected true, or nothing'],
    [
      withFile({ failed: { text: 'gone' } }),
      'files["/a/b"].failed',
      'expected text, bytes, link, list, version with "absent", "denied" or an errno name',
    ],
    ...[
      '010: 86',
      '000: 8',
      '000 86',
      '00g: 86',
      '00: 86',
      '000: 8G',
      '000:86',
      '000: 86  80',
      `000:${' 00'.repeat(17)}`,
    ].map(
      (line) =>
        [
          withFile({ bytes: ['000: 01', line], size: 16 }),
          'files["/a/b"].bytes[1]',
          `not a line of bytes below 16, as "010: 86 80": ${JSON.stringify(line)}`,
        ] as const,
    ),
  ] satisfies (readonly [string, string, string])[])(
    '%s is refused, with the place',
    (text: string, where: string, expected: string) => {
      let thrown: unknown
      try {
        recordedHost(text, 'bad.json')
      } catch (error) {
        thrown = error
      }
      expect(thrown).toBeInstanceOf(RecordingError)
      expect(thrown).toMatchObject({ file: 'bad.json', where })
      expect((thrown as Error).message).toContain(expected)
      expect((thrown as Error).message.startsWith('bad.json: ')).toBe(true)
    },
  )

  it('is refused just where the schema refuses it', () => {
    const part = fc.constantFrom<unknown>(
      ...['', 'absent', 'EIO', 'gone', '/a', '000: 86', recordingFormat, 1, 64, -1, 1.5, null, true, false],
      ...[
        [],
        ['x'],
        ['000: 86 80'],
        ['010: 86'],
        [1],
        {},
        { text: 'denied' },
        { bytes: 'x' },
        { other: 'denied' },
      ],
    )
    const fileKey = fc.constantFrom(
      'text',
      'bytes',
      'known',
      'size',
      'cut',
      'link',
      'list',
      'failed',
      'other',
    )
    const file = fc.dictionary(fileKey, part, { maxKeys: 3 })
    const files = fc.dictionary(
      fc.constantFrom('/a', '/a/b', 'a'),
      fc.oneof({ weight: 5, arbitrary: file }, part),
      { maxKeys: 2 },
    )
    const whole = fc
      .record({
        changed: fc.constantFrom('format', 'program', 'recorded', 'pseudonyms', 'files', 'other', ''),
        to: part,
        files,
      })
      .map(({ changed, to, files }) => ({ ...good, files, ...(changed !== '' && { [changed]: to }) }))
    let refused = 0
    let taken = 0
    fc.assert(
      fc.property(whole, (recording) => {
        const accepted = isAccepted(JSON.stringify(recording))
        if (accepted) taken++
        else refused++
        // The schema cannot say that a line's offset must lie below the size.
        const beyond = Object.values(recording.files ?? {}).some((one) => hasLineBeyond(one))
        if (!beyond)
          expect(recordingSchema.safeParse(JSON.parse(JSON.stringify(recording))).success).toBe(accepted)
      }),
      { numRuns: 3000 },
    )
    expect(Math.min(refused, taken)).toBeGreaterThan(100)
  })
})

function isAccepted(text: string): boolean {
  try {
    recordedHost(text, 'made.json')
    return true
  } catch (error) {
    expect(error).toBeInstanceOf(RecordingError)
    return false
  }
}

function hasLineBeyond(file: unknown): boolean {
  const { bytes, known, size } = (typeof file === 'object' && file !== null ? file : {}) as Record<
    string,
    unknown
  >
  if (typeof size !== 'number') return false
  return [bytes, known].some(
    (lines) =>
      Array.isArray(lines) &&
      lines.some((line) => /^0(00: 86( 80)?|10: 86)$/.test(String(line)) && size < 0x12),
  )
}
