import { inspect, isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { OpenHostError, recordedHost } from '../../src/host/index.js'
import { lspciHost } from '../../src/host/lspci-text.js'
import { examples } from '../../src/logs/examples/index.js'
import { diagnoseText, LogReader } from '../../src/logs/index.js'
import { readMachine } from '../../src/machine/index.js'
import { ConfigSpace, decodeFunction, decodeRom, windowsOf } from '../../src/pci/index.js'
import { acpiDecoders } from '../support/acpi-parts.js'
import { madeTables } from '../support/made-acpi.js'

/** Everything that takes bytes or text from outside, and what must hold of it for any input. */
export interface Target {
  readonly name: string
  /** Runs in `npm test`: some seconds for all targets. */
  readonly runs: number
  readonly input: fc.Arbitrary<Uint8Array | string>
  /** Throws where it does not hold. */
  check(input: Uint8Array | string): void
}

/** Generous, for a computer that has other things to do: what must not be is a loop or a pattern that never ends. */
export const longestMilliseconds = 5000

// ---- Inputs: what is real, and then broken somewhere

/** Cuts, repeats, overwrites and inserts in what `seeds` are. */
const broken = (seeds: readonly Uint8Array[], pieces: fc.Arbitrary<Uint8Array>) =>
  fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(
        fc.tuple(fc.constantFrom('cut', 'repeat', 'overwrite', 'insert'), fc.nat(), fc.nat(600), pieces),
        {
          maxLength: 6,
        },
      ),
    )
    .map(([seed, changes]) =>
      changes.reduce<Buffer>((bytes, [kind, where, length, piece]) => {
        const at = where % (bytes.length + 1)
        const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
        switch (kind) {
          case 'cut':
            return Buffer.concat([before, after.subarray(length)])
          case 'repeat':
            return Buffer.concat([before, after.subarray(0, length), after])
          case 'insert':
            return Buffer.concat([before, piece, after])
          default:
            return Buffer.concat([before, piece, after.subarray(piece.length)])
        }
      }, Buffer.from(seed)),
    )

const numbers = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 16 }),
  fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff).map((byte) => new Uint8Array(4).fill(byte)),
)
const texts = (signs: readonly string[]) =>
  fc
    .oneof(fc.constantFrom(...signs), fc.string({ unit: 'binary', maxLength: 30 }))
    .map((text) => new Uint8Array(Buffer.from(text)))
const asText = (bytes: fc.Arbitrary<Uint8Array>) => bytes.map((one) => Buffer.from(one).toString('utf8'))

/** A function with capabilities of every kind one after the other, conventional and extended. */
function madeSpace(headerType: number): Uint8Array {
  const bytes = new Uint8Array(4096)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x1234_8086, true)
  view.setUint8(0x06, 0x10)
  view.setUint8(0x0e, headerType)
  view.setUint8(0x34, 0x40)
  for (let id = 1, at = 0x40; at < 0xf8; id++, at += 8) {
    view.setUint8(at, id)
    view.setUint8(at + 1, at + 8 < 0xf8 ? at + 8 : 0)
  }
  for (let id = 1, at = 0x100; at + 0x40 <= 4096; id++, at += 0x40)
    view.setUint32(at, id | 0x1_0000 | ((at + 0x40 < 4096 ? at + 0x40 : 0) << 20), true)
  return bytes
}

function madeRom(): Uint8Array {
  const bytes = new Uint8Array(2048)
  for (const at of [0, 1024]) {
    bytes.set([0x55, 0xaa, 2], at)
    bytes.set([0x1c], at + 0x18)
    bytes.set([...Buffer.from('PCIR'), 0x86, 0x80, 0x34, 0x12, 0, 0, 0x18, 0, 3, 0, 0, 3], at + 0x1c)
    bytes.set([2, 0, 0, 0, at === 0 ? 3 : 0, at === 0 ? 0 : 0x80], at + 0x1c + 0x10)
  }
  return bytes
}

const lspci = `00:02.0 VGA compatible controller [0300]: Intel Corporation UHD Graphics 630 [8086:3e98] (rev 02) (prog-if 00 [VGA controller])
	Control: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
	Interrupt: pin A routed to IRQ 128
	IOMMU group: 1
	Region 0: Memory at a0000000 (64-bit, non-prefetchable) [size=16M]
	Expansion ROM at 000c0000 [virtual] [disabled] [size=128K]
	Capabilities: [40] Vendor Specific Information: Len=0c <?>
	Capabilities: [70] Express (v2) Root Complex Integrated Endpoint, MSI 00
		DevCap:	MaxPayload 128 bytes, PhantFunc 0
	Capabilities: [100 v1] Process Address Space ID (PASID)
	Kernel driver in use: i915

01:00.0 Ethernet controller: Intel Corporation 82574L Gigabit Network Connection
00: 86 80 d3 10 07 04 10 00 00 00 00 02 00 00 00 00
10: 00 00 a4 fe 00 00 a6 fe 01 c0 00 00 00 00 a8 fe

`
const recording = `{
"format": "handover.recording/1",
"program": "handover 0.1.0",
"recorded": "2025-01-02T03:04:05Z",
"pseudonyms": true,
"files": {
"/sys/bus/pci/devices": {"list": ["0000:00:02.0"]},
"/sys/bus/pci/devices/0000:00:02.0/vendor": {"text": "0x8086\\n"},
"/sys/bus/pci/devices/0000:00:02.0/config": {"size": 64, "bytes": ["000: 86 80 3e 19 07 04 10 00"]},
"/sys/bus/pci/devices/0000:00:02.0/rom": {"failed": {"bytes": "denied"}},
"/dev/kmsg": {"text": ["6,1,2,-;a", "6,2,3,-;b"]}
}
}
`
const log = Object.values(examples)
  .flatMap(({ lines, nearMiss }) => [...lines, nearMiss])
  .map((line, at) => (at % 3 === 0 ? `[ ${at}.5] ${line}` : at % 3 === 1 ? `> ${line}` : line))
  .join('\n')

// ---- What must hold

const bytesOf = (input: Uint8Array | string) => (typeof input === 'string' ? Buffer.from(input) : input)
const textOf = (input: Uint8Array | string) =>
  typeof input === 'string' ? input : Buffer.from(input).toString()
/** What a shorter input says must be said by the whole one too; where it was cut, more is not known, or wrong with it. */
const cuts = (length: number) =>
  [0, 1, 3, 63, 64, 100, 256, length >> 1, length - 1].filter((at) => at >= 0 && at < length)

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

const acpiTarget = (name: keyof typeof acpiDecoders): Target => ({
  name: `the ACPI table ${name}`,
  runs: 150,
  input: broken([madeTables[name]], numbers),
  check(input) {
    const bytes = bytesOf(input)
    const said = (some: Uint8Array) => {
      const { parts, problems } = acpiDecoders[name](some)
      const facts = parts.flatMap(({ name: part, at, fields }) =>
        Object.entries(fields).map(([field, value]) => [`${part} at ${at}: ${field}`, value] as const),
      )
      return { facts: new Map(facts), problems }
    }
    const whole = said(bytes)
    for (const at of cuts(bytes.length)) {
      const { facts, problems } = said(bytes.slice(0, at))
      for (const [fact, value] of facts) {
        // What else stands in a structure is less where it was cut: a list, a name, a part, which is null then.
        if (value === null || value === undefined || Array.isArray(value)) continue
        const there = whole.facts.get(fact)
        const same =
          typeof value === 'string' && typeof there === 'string'
            ? there.startsWith(value)
            : isDeepStrictEqual(value, there)
        must(same, `cut at ${at}, it says ${fact} = ${inspect(value)}, not ${inspect(there)}`)
      }
      must(
        isDeepStrictEqual(facts, whole.facts) || problems.length > 0,
        `cut at ${at}, it says that nothing is wrong`,
      )
    }
  },
})

/** Refusals that name the input and what is wrong with it are answers. */
function typed<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch (error) {
    if (error instanceof OpenHostError) return undefined
    throw error
  }
}

export const targets: readonly Target[] = [
  {
    name: 'configuration space',
    runs: 150,
    input: broken([0, 1, 2, 0x80].map(madeSpace), numbers).map((bytes) => bytes.slice(0, 4096)),
    check(input) {
      const bytes = bytesOf(input)
      const whole = decodeFunction(new ConfigSpace(bytes))
      windowsOf(whole)
      for (const at of cuts(bytes.length)) {
        const part = decodeFunction(new ConfigSpace(bytes.slice(0, at)))
        for (const { offset } of part.capabilities)
          must(
            whole.capabilities.some((one) => one.offset === offset),
            `cut at ${at}, it has a capability at ${offset}`,
          )
      }
    },
  },
  {
    name: 'an option ROM',
    runs: 200,
    input: broken([madeRom()], numbers),
    check(input) {
      const bytes = bytesOf(input)
      const whole = decodeRom(bytes)
      for (const at of cuts(bytes.length))
        for (const [i, { data }] of decodeRom(bytes.slice(0, at)).images.entries())
          must(
            JSON.stringify(data) === JSON.stringify(whole.images[i]?.data),
            `cut at ${at}, image ${i} is another one`,
          )
    },
  },
  acpiTarget('DMAR'),
  acpiTarget('IVRS'),
  acpiTarget('IORT'),
  acpiTarget('VIOT'),
  {
    name: 'pasted lspci text',
    runs: 100,
    input: asText(
      broken(
        [Buffer.from(lspci)],
        texts(['\n', '\t', '00:02.0 ', ' [size=', 'Capabilities: [', '00: ff ff', '> ', '\r\n']),
      ),
    ),
    check(input) {
      const text = textOf(input)
      const host = typed(() => lspciHost(text, 'text', () => undefined))
      if (host === undefined) return
      const { functions } = readMachine(host)
      const lines = text.split('\n')
      for (const at of [1, lines.length >> 1]) {
        const part = typed(() => lspciHost(lines.slice(0, at).join('\n'), 'text', () => undefined))
        for (const { address } of part === undefined ? [] : readMachine(part).functions)
          must(
            functions.some((f) => f.address === address),
            `its first ${at} lines have a function ${address}`,
          )
      }
    },
  },
  {
    name: 'a recording',
    runs: 200,
    input: asText(
      broken(
        [Buffer.from(recording)],
        texts(['"', '{', '}', '[', ']', ':', ',', '"size": ', '-1', '1e99', 'null', '\\u', '"link": "']),
      ),
    ),
    check(input) {
      const text = textOf(input)
      const host = typed(() => recordedHost(text, 'text'))
      if (host !== undefined) readMachine(host)
      for (const at of cuts(text.trimEnd().length)) {
        const cut = typed(() => recordedHost(text.slice(0, at), 'text'))
        must(cut === undefined || host === undefined, `cut at ${at}, it is a recording`)
      }
    },
  },
  {
    name: 'a log',
    runs: 100,
    input: broken(
      [Buffer.from(log), Buffer.from(log.slice(0, 3000)), new Uint8Array(0)],
      fc.oneof(
        numbers,
        texts([
          '\n',
          '\n> ',
          'vfio ',
          '] ',
          '[    1.5] ',
          ': ',
          '{"MESSAGE":"',
          '"}\n',
          '\x1b[31m',
          '\u0000'.repeat(500),
          ' '.repeat(3000),
          '>'.repeat(3000),
        ]),
      ),
    ),
    check(input) {
      const bytes = bytesOf(input)
      const whole = new LogReader()
      whole.open('log')
      whole.push(bytes)
      whole.close()
      const said = whole.result()
      // In pieces, it is the same.
      const pieces = new LogReader()
      pieces.open('log')
      for (let at = 0; at < bytes.length; at += 1021) pieces.push(bytes.subarray(at, at + 1021))
      pieces.close()
      must(JSON.stringify(pieces.result()) === JSON.stringify(said), 'read in pieces, it says something else')
      const lines = textOf(bytes).split('\n').length
      for (const { count, lines: quoted } of said.occurrences)
        must(
          count >= quoted.length && quoted.every(({ line }) => line >= 1 && line <= lines),
          'it quotes a line that is not there',
        )
      diagnoseText(textOf(bytes))
    },
  },
]
