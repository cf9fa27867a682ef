/**
 * Groups of made computers: time and memory of reading the computer and of predicting its groups, and how both grow with the
 * number of functions, up to all that one PCI segment can hold.
 */
import type { Host, Read } from '../host/index.js'
import { predictGroups } from '../iommu/index.js'
import { readMachine } from '../machine/index.js'

/** Buses of 256 functions each, the first one of root ports. */
const sizes = [4096, 16_384, 65_536]
const runs = 3

/** Prints a line for each size: milliseconds, and how often the time of the size before. */
export function benchGroups(): void {
  console.log('\nGroups predicted of a made computer (in this process, best of 3)')
  console.log(
    `  ${'functions'.padEnd(12)}${'read'.padStart(10)}${'predict'.padStart(10)}${'memory'.padStart(12)}   growth : linear`,
  )
  let before: { readonly size: number; readonly milliseconds: number } | undefined
  for (const size of sizes) {
    const host = madeSegment(size)
    let [read, predicted, mebibytes, groups] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0]
    for (let run = 0; run < runs; run++) {
      const used = process.memoryUsage().rss
      const start = performance.now()
      const machine = readMachine(host)
      // Configuration space is decoded when first asked for: that is reading, too.
      for (const { config } of machine.functions) if ('unknown' in config) throw new Error(config.unknown)
      const middle = performance.now()
      groups = predictGroups(machine).groups.length
      const end = performance.now()
      read = Math.min(read, middle - start)
      predicted = Math.min(predicted, end - middle)
      mebibytes = Math.max(mebibytes, (process.memoryUsage().rss - used) / 2 ** 20)
    }
    // Each root port has its card and the card's virtual functions apart.
    if (groups !== size) throw new Error(`${groups} groups of ${size} functions`)
    const growth =
      before === undefined
        ? ''
        : (predicted / before.milliseconds / (size / before.size)).toFixed(2).padStart(9)
    console.log(
      `  ${String(size).padEnd(12)}${`${read.toFixed(0)} ms`.padStart(10)}${`${predicted.toFixed(0)} ms`.padStart(10)}${`${mebibytes.toFixed(0)} MiB`.padStart(12)}${growth}`,
    )
    before = { size, milliseconds: predicted }
  }
}

/** A segment of `size` functions: bus 0 full of root ports, and full buses of virtual functions behind the first ones. */
function madeSegment(size: number): Host {
  const addresses = Array.from({ length: size }, (_, id) => addressOf(id))
  const ids = new Map(addresses.map((address, id) => [address, id]))
  const configs = { port: portConfig(), card: cardConfig() }
  const tables = '/sys/firmware/acpi/tables'
  const dmar = dmarTable()
  const value = <T>(text: T): Read<T> => ({ kind: 'value', value: text })
  const absent = { kind: 'absent' } as const
  const own = /^\/sys\/bus\/pci\/devices\/([^/]+)(?:\/(.+))?$/
  const texts = (isPort: boolean, file: string | undefined): string | undefined => {
    switch (file) {
      case 'vendor':
        return '0x8086\n'
      case 'device':
        return isPort ? '0x2030\n' : '0x154c\n'
      case 'class':
        return isPort ? '0x060400\n' : '0x020000\n'
      case 'secondary_bus_number':
        return isPort ? '1\n' : undefined
      default:
        return undefined
    }
  }
  return {
    kind: 'recording',
    name: 'a made computer',
    readText(path) {
      const [, address, file] = own.exec(path) ?? []
      const id = ids.get(address ?? '')
      const text = id === undefined ? undefined : texts(id < 256, file)
      return text === undefined ? absent : value(text)
    },
    readBytes(path) {
      if (path === `${tables}/DMAR`) return value({ bytes: dmar })
      const [, address, file] = own.exec(path) ?? []
      const id = ids.get(address ?? '')
      return id === undefined || file !== 'config'
        ? absent
        : value({ bytes: id < 256 ? configs.port : configs.card })
    },
    version: () => ({ kind: 'unrecorded' }),
    readLink(path) {
      const [, address, file] = own.exec(path) ?? []
      const id = ids.get(address ?? '')
      if (id === undefined) return absent
      const above = id < 256 ? '' : `/${addressOf((id >> 8) - 1)}`
      if (file === undefined) return value(`../../../devices/pci0000:00${above}/${address}`)
      return file === 'physfn' && id >= 256 && (id & 255) !== 0 ? value(`../${addressOf(id & ~255)}`) : absent
    },
    list(path) {
      if (path === tables) return value(['DMAR'])
      return path === '/sys/bus/pci/devices' ? value(addresses) : absent
    },
  }
}

function addressOf(id: number): string {
  const hex = (number: number) => number.toString(16).padStart(2, '0')
  return `0000:${hex(id >> 8)}:${hex((id >> 3) & 31)}.${id & 7}`
}

/** A unit for a display that is not there and four ports, and one for the rest, so that every function is looked for in both. */
function dmarTable(): Uint8Array {
  const scopes = [0x02, 0x1c, 0x1d, 0x1e, 0x1f].map((device, i) => [
    i === 0 ? 1 : 2,
    8,
    0,
    0,
    0,
    0,
    device,
    0,
  ])
  const unit = (base: number, flags: number, scope: readonly number[]) => [
    ...[0, 0, 16 + scope.length, 0, flags, 0, 0, 0],
    ...[0, base, 0xd9, 0xfe, 0, 0, 0, 0],
    ...scope,
  ]
  const structures = [...unit(0x00, 0, scopes.flat()), ...unit(0x10, 1, [])]
  const table = new Uint8Array(48 + structures.length)
  table.set(new TextEncoder().encode('DMAR'))
  table.set([table.length, 0, 0, 0, 1], 4)
  table.set([47], 36)
  table.set(structures, 48)
  table[9] = 256 - (table.reduce((sum, byte) => sum + byte, 0) % 256)
  return table
}

/** A root port with ACS that firmware left off. */
function portConfig(): Uint8Array {
  const bytes = expressConfig(0x1, 0x0042)
  bytes.set([0x0d, 0x00, 0x01, 0x00, 0x1f, 0x00], 0x100)
  return bytes
}

function cardConfig(): Uint8Array {
  return expressConfig(0x0, 0x0002)
}

function expressConfig(headerType: number, flags: number): Uint8Array {
  const bytes = new Uint8Array(4096)
  bytes[0x06] = 0x10
  bytes[0x0e] = headerType
  bytes[0x19] = headerType
  bytes[0x34] = 0x40
  bytes[0x40] = 0x10
  bytes[0x42] = flags
  return bytes
}
