import type { FileBytes, Host, Read } from '../host/index.js'

/** A made computer of 4096 functions: 16 root ports, below each a network card with 254 virtual functions, as on a large server. */
export const rootPorts = 16
export const functionsBelow = 255

interface MadeFunction {
  readonly address: string
  /** Folders from the root bus down. */
  readonly path: string
  readonly config: Uint8Array
  readonly files: Readonly<Record<string, string>>
  readonly driver: string
  readonly group: number
}

/** Cards of different makers, so that names have to be looked up: ids that stand in pci.ids. */
const cards: readonly (readonly [vendor: number, device: number, virtual: number, driver: string])[] = [
  [0x8086, 0x1572, 0x154c, 'i40e'],
  [0x8086, 0x1592, 0x1889, 'ice'],
  [0x15b3, 0x1017, 0x1018, 'mlx5_core'],
  [0x14e4, 0x16d8, 0x16dc, 'bnxt_en'],
]

export function madeFunctions(): readonly MadeFunction[] {
  const made: MadeFunction[] = []
  for (let port = 0; port < rootPorts; port++) {
    const address = `0000:00:${hex(port, 2)}.0`
    const bus = port + 1
    made.push({
      address,
      path: `pci0000:00/${address}`,
      config: portConfig(bus),
      files: {
        ...identity(0x8086, 0x2030, 0x060400),
        secondary_bus_number: `${bus}\n`,
        resource: resourceText(17, []),
      },
      driver: 'pcieport',
      group: port,
    })
    const [vendor, physical, virtual, driver] = cards[port % cards.length]!
    for (let number = 0; number < functionsBelow; number++) {
      // With ARI the eight bits that were device and function count functions.
      const below = `0000:${hex(bus, 2)}:${hex(number >> 3, 2)}.${number & 7}`
      const device = number === 0 ? physical : virtual
      const bar = 0x2000_0000_0000n + (BigInt(bus) << 32n) + (BigInt(number) << 20n)
      made.push({
        address: below,
        path: `pci0000:00/${address}/${below}`,
        config: cardConfig(vendor, device, bar, number),
        files: {
          ...identity(vendor, device, 0x020000),
          resource: resourceText(13, [[bar, 0x10_0000n]]),
          current_link_speed: '16.0 GT/s PCIe\n',
          current_link_width: '16\n',
          max_link_speed: '16.0 GT/s PCIe\n',
          max_link_width: '16\n',
          reset_method: 'flr\n',
          ...(number === 0 ? { sriov_totalvfs: '254\n', sriov_numvfs: '254\n' } : {}),
        },
        driver: number === 0 ? driver : 'vfio-pci',
        group: rootPorts + port * functionsBelow + number,
      })
    }
  }
  return made
}

function identity(vendor: number, device: number, code: number): Record<string, string> {
  return {
    vendor: `0x${hex(vendor, 4)}\n`,
    device: `0x${hex(device, 4)}\n`,
    class: `0x${hex(code, 6)}\n`,
    revision: '0x02\n',
    subsystem_vendor: `0x${hex(vendor, 4)}\n`,
    subsystem_device: '0x0000\n',
    driver_override: '(null)\n',
    irq: '0\n',
    enable: '1\n',
    numa_node: '0\n',
    power_state: 'D0\n',
  }
}

function resourceText(lines: number, bars: readonly (readonly [start: bigint, size: bigint])[]): string {
  const wide = (value: bigint) => `0x${value.toString(16).padStart(16, '0')}`
  return Array.from({ length: lines }, (_, line) => {
    const bar = bars[line]
    return `${bar ? [bar[0], bar[0] + bar[1] - 1n, 0x14220cn].map(wide).join(' ') : [0n, 0n, 0n].map(wide).join(' ')}\n`
  }).join('')
}

class Space {
  readonly bytes = new Uint8Array(4096)
  readonly #view = new DataView(this.bytes.buffer)

  u8(at: number, ...values: readonly number[]): void {
    this.bytes.set(values, at)
  }
  u16(at: number, value: number): void {
    this.#view.setUint16(at, value, true)
  }
  u32(at: number, value: number): void {
    this.#view.setUint32(at, value >>> 0, true)
  }
  /** A chain of standard capabilities: offset and id each. */
  standard(...chain: readonly (readonly [at: number, id: number])[]): void {
    this.u16(0x06, 0x0010)
    this.u8(0x34, chain[0]![0])
    for (const [i, [at, id]] of chain.entries()) this.u8(at, id, chain[i + 1]?.[0] ?? 0)
  }
  /** A chain of extended capabilities; the first must stand at 0x100. */
  extended(...chain: readonly (readonly [at: number, id: number])[]): void {
    for (const [i, [at, id]] of chain.entries())
      this.u32(at, ((chain[i + 1]?.[0] ?? 0) << 20) | (1 << 16) | id)
  }
}

function cardConfig(vendor: number, device: number, bar: bigint, number: number): Uint8Array {
  const space = new Space()
  space.u16(0x00, vendor)
  space.u16(0x02, device)
  space.u16(0x04, 0x0406)
  space.u32(0x08, 0x02000002)
  space.u8(0x0e, number === 0 ? 0x80 : 0)
  space.u32(0x10, Number(bar & 0xffffffffn) | 0xc)
  space.u32(0x14, Number(bar >> 32n))
  space.u16(0x2c, vendor)
  space.standard([0x40, 0x01], [0x50, 0x05], [0x70, 0x11], [0xa0, 0x10])
  space.u16(0x42, 0xf803)
  space.u16(0x44, 0x0008)
  space.u16(0x52, 0x0180)
  space.u16(0x72, 0x8040)
  space.u32(0x78, 0x1000)
  space.u16(0xa2, 0x0002)
  space.u32(0xa4, 0x10008cc2)
  space.u16(0xa8, 0x2910)
  space.u32(0xac, 0x00437904)
  space.u16(0xb2, 0x1104)
  space.u32(0xc4, 0x0000001f)
  space.extended(
    [0x100, 0x01],
    [0x140, 0x03],
    [0x150, 0x0e],
    ...(number === 0 ? [[0x160, 0x10] as const] : []),
    [0x1a0, 0x17],
    [0x1b0, 0x0d],
    [0x1c0, 0x0f],
  )
  space.u32(0x144, 0x5500_0000 + number)
  space.u32(0x148, 0x0011_2233)
  if (number === 0) {
    space.u16(0x168, 0x0001)
    space.u16(0x16c, 254)
    space.u16(0x16e, 254)
    space.u16(0x170, 254)
  }
  space.u16(0x1c4, 0x0020)
  return space.bytes
}

function portConfig(bus: number): Uint8Array {
  const space = new Space()
  space.u32(0x00, 0x20308086)
  space.u16(0x04, 0x0407)
  space.u32(0x08, 0x06040002)
  space.u8(0x0e, 1)
  space.u8(0x18, 0, bus, bus)
  space.standard([0x40, 0x0d], [0x60, 0x05], [0x90, 0x10], [0xe0, 0x01])
  space.u16(0x92, 0x0142)
  space.u32(0x94, 0x00008001)
  space.u32(0x9c, 0x0a7ac904)
  space.u16(0xa2, 0x3104)
  space.extended([0x100, 0x0b], [0x110, 0x0d], [0x148, 0x01])
  space.u32(0x104, 0x00c10002)
  space.u16(0x114, 0x003f)
  space.u16(0x116, 0x001d)
  return space.bytes
}

/** The same computer as `lspci -F` takes it: what `lspci -xxxx` prints. */
export function hexdump(functions: readonly MadeFunction[]): string {
  return functions
    .map(({ address, config, files }) => {
      const rows: string[] = [
        `${address} Class ${files.class!.slice(2, 6)}: ${files.vendor!.slice(2, 6)}:${files.device!.slice(2, 6)}`,
      ]
      for (let at = 0; at < config.length; at += 16)
        rows.push(
          `${hex(at, at < 0x100 ? 2 : 3)}: ${[...config.subarray(at, at + 16)].map((byte) => hex(byte, 2)).join(' ')}`,
        )
      return `${rows.join('\n')}\n\n`
    })
    .join('')
}

/** The same computer as a Host. Whatever is not about these functions is asked of `rest`: pci.ids above all. */
export function madeComputer(functions: readonly MadeFunction[], rest: Host): Host {
  const bus = '/sys/bus/pci/devices'
  const text = new Map<string, string>()
  const links = new Map<string, string>()
  const bytes = new Map<string, Uint8Array>()
  for (const { address, path, config, files, driver, group } of functions) {
    const folder = `${bus}/${address}`
    const up = '../'.repeat(path.split('/').length + 1)
    links.set(folder, `../../../devices/${path}`)
    links.set(`${folder}/driver`, `${up}bus/pci/drivers/${driver}`)
    links.set(`${folder}/iommu_group`, `${up}kernel/iommu_groups/${group}`)
    bytes.set(`${folder}/config`, config)
    for (const [name, content] of Object.entries(files)) text.set(`${folder}/${name}`, content)
  }
  const answer = <T, U>(
    found: U | undefined,
    path: string,
    give: (found: U) => T,
    ask: () => Read<T>,
  ): Read<T> =>
    found !== undefined
      ? { kind: 'value', value: give(found) }
      : path.startsWith(bus)
        ? { kind: 'absent' }
        : ask()
  return {
    kind: 'live',
    name: `a made computer of ${functions.length} functions`,
    readText: (path) =>
      answer(
        text.get(path),
        path,
        (found) => found,
        () => rest.readText(path),
      ),
    readBytes: (path, limitBytes) =>
      answer<FileBytes, Uint8Array>(
        bytes.get(path),
        path,
        (found) => ({ bytes: found.slice(0, limitBytes) }),
        () => rest.readBytes(path, limitBytes),
      ),
    version: (path) => rest.version(path),
    readLink: (path) =>
      answer(
        links.get(path),
        path,
        (found) => found,
        () => rest.readLink(path),
      ),
    list: (path) =>
      path === bus
        ? { kind: 'value', value: functions.map(({ address }) => address) }
        : answer<readonly string[], never>(
            undefined,
            path,
            (found) => found,
            () => rest.list(path),
          ),
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
