import { posix } from 'node:path'
import { HostWriteError, type Read, type WritableHost } from '../../src/host/index.js'

/** One PCI function of a {@link SimulatedHost}. */
export interface SimulatedFunction {
  readonly address: string
  readonly driver?: string
  /** The driver that the kernel matches it with; by default the one it has. */
  readonly native?: string
  readonly override?: string
  readonly group?: number
  /** 24 bits. */
  readonly class?: number
  /** Header type 1. */
  readonly bridge?: boolean
  readonly virtualFunctions?: number
  readonly bootVga?: boolean
}

/**
 * A host in memory with as much of the kernel's driver core as changes need: `driver_override`, `unbind`, `bind` and
 * `drivers_probe` behave as in Linux drivers/base/bus.c and drivers/pci/pci-driver.c.
 */
export class SimulatedHost implements WritableHost {
  readonly kind = 'live'
  readonly name = 'a simulated computer'
  /** Every write, in order: `path <- text`. */
  readonly writes: string[] = []
  /** Makes a write fail with an errno, by what {@link writes} would hold of it. */
  readonly failures = new Map<string, string>()
  /** By path: what the kernel does with a write, in place of keeping the text. */
  readonly effects = new Map<string, (text: string) => void>()
  readonly #files = new Map<string, string | { readonly failed: 'denied' }>()
  readonly #links = new Map<string, string>()
  readonly #folders = new Map<string, Set<string>>([['/', new Set()]])
  readonly #native = new Map<string, string | undefined>()

  constructor(functions: readonly SimulatedFunction[] = [], drivers: readonly string[] = ['vfio-pci']) {
    this.folder('/sys/bus/pci/devices')
    for (const name of ['char', 'block']) this.folder(`/sys/dev/${name}`)
    for (const name of ['vtconsole', 'graphics', 'drm', 'net', 'input', 'iommu', 'block'])
      this.folder(`/sys/class/${name}`)
    this.folder('/sys/block')
    this.folder('/sys/bus/usb/devices')
    this.folder('/proc/self/fd')
    this.folder('/sys/firmware/acpi/tables')
    this.file('/sys/firmware/acpi/tables/DMAR', '')
    this.file('/sys/class/iommu/dmar0', '')
    this.file('/proc/sys/kernel/osrelease', '6.1.0\n')
    this.file('/proc/cmdline', 'intel_iommu=on\n')
    this.file('/proc/swaps', 'Filename Type Size Used Priority\n')
    this.file('/proc/self/mountinfo', '1 1 0:1 / / rw - tmpfs tmpfs rw\n')
    this.file('/proc/net/route', 'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n')
    this.file('/proc/bus/input/devices', '\n')
    this.file('/proc/iomem', '')
    for (const name of drivers) this.driver(name)
    for (const one of functions) this.#addFunction(one)
  }

  folder(path: string): this {
    if (path === '/' || this.#folders.has(path)) return this
    this.folder(posix.dirname(path))
    this.#folders.set(path, new Set())
    this.#folders.get(posix.dirname(path))!.add(posix.basename(path))
    return this
  }

  file(path: string, text: string): this {
    this.folder(posix.dirname(path))
    this.#folders.get(posix.dirname(path))!.add(posix.basename(path))
    this.#files.set(path, text)
    return this
  }

  deny(path: string): this {
    this.file(path, '')
    this.#files.set(path, { failed: 'denied' })
    return this
  }

  link(path: string, target: string): this {
    this.folder(posix.dirname(path))
    this.#folders.get(posix.dirname(path))!.add(posix.basename(path))
    this.#links.set(path, target)
    return this
  }

  remove(path: string): this {
    this.#files.delete(path)
    this.#links.delete(path)
    this.#folders.delete(path)
    this.#folders.get(posix.dirname(path))?.delete(posix.basename(path))
    return this
  }

  driver(name: string): this {
    return this.folder(`/sys/bus/pci/drivers/${name}`)
  }

  /** The driver that a function has now. */
  driverOf(address: string): string | null {
    const link = this.readLink(`/sys/bus/pci/devices/${address}/driver`)
    return link.kind === 'value' ? posix.basename(link.value) : null
  }

  overrideOf(address: string): string | null {
    const text = this.readText(`/sys/bus/pci/devices/${address}/driver_override`)
    return text.kind === 'value' && text.value !== '(null)\n' ? text.value.trim() : null
  }

  /** A device node of a function: a row in /sys/dev, and its folder. */
  node(address: string, subsystem: string, name: string, number: string): this {
    const folder = `/sys/devices/pci0000:00/${address}/${subsystem}/${posix.basename(name)}`
    this.file(`${folder}/uevent`, `MAJOR=${number.split(':')[0]}\nDEVNAME=${name}\n`)
    this.link(`${folder}/subsystem`, `../../../../../class/${subsystem}`)
    const kind = subsystem === 'block' ? 'block' : 'char'
    return this.link(`/sys/dev/${kind}/${number}`, `../..${folder.slice('/sys'.length)}`)
  }

  /** A process that has a file open. */
  process(pid: number, command: string, open: string): this {
    this.file(`/proc/${pid}/comm`, `${command}\n`)
    return this.link(`/proc/${pid}/fd/3`, open)
  }

  console(id: string, name: string, bound: boolean): this {
    this.file(`/sys/class/vtconsole/${id}/name`, `${name}\n`)
    return this.file(`/sys/class/vtconsole/${id}/bind`, bound ? '1\n' : '0\n')
  }

  readText(path: string): Read<string> {
    const file = this.#files.get(this.#resolve(path))
    if (file === undefined) return { kind: 'absent' }
    return typeof file === 'string' ? { kind: 'value', value: file } : { kind: file.failed }
  }

  readBytes(path: string, limitBytes = Number.POSITIVE_INFINITY) {
    const read = this.readText(path)
    return read.kind === 'value'
      ? {
          kind: 'value' as const,
          value: { bytes: Buffer.from(read.value, 'latin1').subarray(0, limitBytes) },
        }
      : read
  }

  readLink(path: string): Read<string> {
    const target = this.#links.get(posix.join(this.#resolve(posix.dirname(path)), posix.basename(path)))
    return target === undefined ? { kind: 'absent' } : { kind: 'value', value: target }
  }

  version(): Read<string> {
    return { kind: 'absent' }
  }

  list(path: string): Read<readonly string[]> {
    const names = this.#folders.get(this.#resolve(path))
    return names ? { kind: 'value', value: [...names].sort() } : { kind: 'absent' }
  }

  writeText(path: string, text: string): void {
    const fail = (code: string): never => {
      throw new HostWriteError(path, text, code)
    }
    const write = `${path} <- ${text.trimEnd()}`
    this.writes.push(write)
    const failure = this.failures.get(write)
    if (failure !== undefined) fail(failure)

    const [, address] = /^\/sys\/bus\/pci\/devices\/([^/]+)\/driver_override$/.exec(path) ?? []
    if (address !== undefined) {
      this.#files.set(this.#resolve(path), text === '\n' ? '(null)\n' : text)
      return
    }
    const [, driver, deed] = /^\/sys\/bus\/pci\/drivers\/([^/]+)\/(unbind|bind)$/.exec(path) ?? []
    if (deed === 'unbind') {
      if (this.driverOf(text) !== driver) fail('ENODEV')
      this.remove(`/sys/devices/pci0000:00/${text}/driver`)
    } else if (deed === 'bind') {
      if (this.list(`/sys/bus/pci/drivers/${driver}`).kind !== 'value') fail('ENOENT')
      if ((this.overrideOf(text) ?? this.#native.get(text)) !== driver) fail('ENODEV')
      if (this.driverOf(text) !== null) fail('EBUSY')
      this.#bind(text, driver!)
    } else if (path === '/sys/bus/pci/drivers_probe') {
      const match = this.overrideOf(text) ?? this.#native.get(text)
      if (
        this.driverOf(text) === null &&
        match &&
        this.list(`/sys/bus/pci/drivers/${match}`).kind === 'value'
      )
        this.#bind(text, match)
    } else if (this.effects.has(path)) this.effects.get(path)!(text)
    else if (this.#files.has(this.#resolve(path))) this.#files.set(this.#resolve(path), `${text}\n`)
    else fail('ENOENT')
  }

  #bind(address: string, driver: string): void {
    this.link(`/sys/devices/pci0000:00/${address}/driver`, `../../../bus/pci/drivers/${driver}`)
  }

  #addFunction(one: SimulatedFunction): void {
    const folder = `/sys/devices/pci0000:00/${one.address}`
    this.link(`/sys/bus/pci/devices/${one.address}`, `../../../devices/pci0000:00/${one.address}`)
    this.file(`${folder}/vendor`, '0x8086\n').file(`${folder}/device`, '0x1234\n')
    const code = one.class ?? (one.bridge ? 0x060400 : 0x020000)
    this.file(`${folder}/class`, `0x${code.toString(16).padStart(6, '0')}\n`)
    this.file(`${folder}/driver_override`, `${one.override ?? '(null)'}\n`)
    const header = Buffer.alloc(64)
    header[0x0e] = one.bridge ? 1 : 0
    this.file(`${folder}/config`, header.toString('latin1'))
    if (one.bridge) this.file(`${folder}/secondary_bus_number`, '1\n')
    if (one.group !== undefined)
      this.link(`${folder}/iommu_group`, `../../../kernel/iommu_groups/${one.group}`)
    if (one.bootVga) this.file(`${folder}/boot_vga`, '1\n')
    if (one.virtualFunctions !== undefined)
      this.file(`${folder}/sriov_totalvfs`, '8\n').file(`${folder}/sriov_numvfs`, `${one.virtualFunctions}\n`)
    this.#native.set(one.address, one.native ?? one.driver)
    for (const name of [one.driver, one.native]) if (name) this.driver(name)
    if (one.driver) this.#bind(one.address, one.driver)
  }

  /** Follows links on the way, as the kernel does. */
  #resolve(path: string): string {
    let at = '/'
    for (const part of path.split('/').filter(Boolean)) {
      at = posix.join(at, part)
      const target = this.#links.get(at)
      if (target !== undefined) at = this.#resolve(posix.resolve(posix.dirname(at), target))
    }
    return at
  }
}
