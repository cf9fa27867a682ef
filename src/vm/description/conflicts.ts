import type { Description } from './description.js'
import type { Path } from './places.js'
import type { Written } from './schema.js'

/** Settings that are right each by itself, and cannot stand together. */
export interface Conflict {
  readonly path: Path
  /** What was expected there. */
  readonly message: string
}

/** The SATA controller of q35 has six ports (Intel ICH9 datasheet, chapter 15; QEMU hw/i386/pc_q35.c, MAX_SATA_PORTS). */
const sataPorts = 6
/** OVMF takes no more (edk2 OvmfPkg/Library/PlatformInitLib/MemDetect.c, X-PciMmio64Mb). */
const mostMmioBytes = 16 * 1024 ** 4

export function conflicts(written: Written, description: Description): readonly Conflict[] {
  return checks.flatMap((check) => [...check(written, description)])
}

type Check = (written: Written, description: Description) => Iterable<Conflict>

const checks: readonly Check[] = [kernelAlone, processors, memory, window, drives, cards, display, onceEach]

function* kernelAlone({ kernel, initrd, append }: Written): Iterable<Conflict> {
  if (kernel === undefined && (initrd !== undefined || append !== undefined))
    yield { path: ['kernel'], message: 'expected a kernel, which initrd and append go with' }
}

function* processors(_: Written, { cpus: { count, threads, pin } }: Description): Iterable<Conflict> {
  if (count % threads !== 0)
    yield { path: ['cpus', 'threads'], message: `expected a number that divides the ${count} processors` }
  if (pin === undefined) return
  const twice = pin.find((thread, index) => pin.indexOf(thread) !== index)
  if (twice !== undefined)
    yield {
      path: ['cpus', 'pin'],
      message: `expected each host thread once, and ${twice} stands there twice`,
    }
  else if (pin.length !== count)
    yield {
      path: ['cpus', 'pin'],
      message: `expected ${count} host threads, one for each virtual processor, and there are ${pin.length}`,
    }
}

function* memory(written: Written, { memoryBytes, hugePageBytes }: Description): Iterable<Conflict> {
  if (hugePageBytes !== undefined && memoryBytes % hugePageBytes !== 0)
    yield { path: ['memory'], message: `expected whole huge pages of ${written['huge-pages']}` }
}

function* window(_: Written, { firmware, mmioWindowBytes }: Description): Iterable<Conflict> {
  if (mmioWindowBytes === undefined) return
  if (firmware === 'bios')
    yield {
      path: ['mmio-window'],
      message: 'expected firmware: uefi beside it, which lays out such a window',
    }
  else if (mmioWindowBytes > mostMmioBytes) yield { path: ['mmio-window'], message: 'expected 16T or less' }
}

function* drives({ disks: written }: Written, { disks }: Description): Iterable<Conflict> {
  for (const [index, { cdrom, bus, readonly }] of written.entries()) {
    if (!cdrom) continue
    if (bus !== undefined)
      yield { path: ['disks', index, 'bus'], message: 'expected none, as a CD drive is always a SATA one' }
    if (readonly === false)
      yield {
        path: ['disks', index, 'readonly'],
        message: 'expected true or nothing, as a CD is never written',
      }
  }
  const sata = disks.flatMap(({ bus }, index) => (bus === 'sata' ? [index] : []))
  const last = sata[sataPorts]
  if (last !== undefined)
    yield { path: ['disks', last, 'file'], message: `expected ${sataPorts} SATA disks and CDs at most` }
}

function* cards({ network }: Written): Iterable<Conflict> {
  for (const [index, { kind, bridge }] of network.entries()) {
    const path = ['network', index, 'bridge']
    if (kind === 'bridge' && bridge === undefined)
      yield { path, message: 'expected the name of a bridge, such as br0' }
    if (kind !== 'bridge' && bridge !== undefined)
      yield { path, message: `expected kind: bridge beside it, and it is ${kind}` }
  }
}

/** SPICE also carries the keyboard and mouse of a Looking Glass client. */
function* display(_: Written, { graphics, display, lookingGlassBytes }: Description): Iterable<Conflict> {
  if (display === 'none' || graphics !== 'none') return
  if (display === 'spice' && lookingGlassBytes !== undefined) return
  yield { path: ['display'], message: 'expected graphics: virtio or std beside it, whose picture it shows' }
}

/** What two settings must not both have. */
function* onceEach(
  _: Written,
  { disks, network, input, devices, firmware }: Description,
): Iterable<Conflict> {
  const entries: readonly (readonly [what: string, path: Path, value: string | number | undefined])[] = [
    ...disks.map(({ file }, index) => ['file', ['disks', index, 'file'], file] as const),
    ...(firmware === 'bios'
      ? []
      : ([
          ['file', ['firmware', 'code'], firmware.code],
          ['file', ['firmware', 'vars'], firmware.vars],
        ] as const)),
    ...disks.map(({ bootindex }, index) => ['bootindex', ['disks', index, 'bootindex'], bootindex] as const),
    ...devices.map(
      ({ bootindex }, index) => ['bootindex', ['devices', index, 'bootindex'], bootindex] as const,
    ),
    ...devices.map(({ host }, index) => ['device', ['devices', index, 'host'], host] as const),
    ...network.map(({ mac }, index) => ['address', ['network', index, 'mac'], mac?.toLowerCase()] as const),
    ...input.map((node, index) => ['node', ['input', index], node] as const),
  ]
  const seen = new Map<string, Path>()
  for (const [what, path, value] of entries) {
    if (value === undefined) continue
    const key = `${what} ${value}`
    const other = seen.get(key)
    if (other) yield { path, message: `expected each ${what} once, and ${other.join('.')} has it too` }
    else seen.set(key, path)
  }
}
