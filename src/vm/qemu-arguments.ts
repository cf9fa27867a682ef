import type { Description, Disk, HostDevice } from './description.js'
import type { UefiFirmware } from './firmware.js'

/** What was decided for one run of a machine. */
export interface RunSettings {
  readonly accelerator: 'kvm' | 'tcg'
  readonly qmpSocket: string
  /** The addresses of `description.devices`, in their order: `0000:01:00.0`. */
  readonly addresses: readonly string[]
  readonly firmware?: UefiFirmware | undefined
}

/** QEMU's arguments for a machine, without the program. Pure. Source: QEMU docs/system/qemu-manpage, qemu-options.hx. */
export function qemuArguments(description: Description, run: RunSettings): string[] {
  const { name, memoryBytes, cpus, disks, devices, kernel, initrd, append } = description
  return [
    ...['-name', name],
    ...(run.accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg', '-cpu', 'max']),
    ...['-machine', 'q35', '-m', `${memoryBytes / 1024 ** 2}M`, '-smp', String(cpus)],
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none'],
    ...['-qmp', list(`unix:${escaped(run.qmpSocket)}`, { server: 'on', wait: 'off' })],
    ...['-serial', 'stdio'],
    ...(run.firmware ? flash(run.firmware) : []),
    ...(kernel ? ['-kernel', kernel] : []),
    ...(initrd ? ['-initrd', initrd] : []),
    ...(append ? ['-append', append] : []),
    ...disks.flatMap(disk),
    ...devices.flatMap((device, index) => hostDevice(device, run.addresses[index]!)),
    ...description.arguments,
  ]
}

function flash({ code, codeFormat, vars, varsFormat }: UefiFirmware): string[] {
  return [
    ...['-drive', list('if=pflash', { unit: '0', format: codeFormat, readonly: 'on', file: code })],
    ...['-drive', list('if=pflash', { unit: '1', format: varsFormat, file: vars })],
  ]
}

/** The frontend of each bus. SATA: q35 has an AHCI controller with six ports, ide.0 to ide.5. */
const frontends: Record<
  Disk['bus'],
  (index: number) => readonly [driver: string, properties: Record<string, string>]
> = {
  virtio: () => ['virtio-blk-pci', {}],
  nvme: (index) => ['nvme', { serial: `disk${index}` }],
  sata: (index) => ['ide-hd', { bus: `ide.${index}` }],
}

function disk({ file, format, bus, readonly, bootindex }: Disk, index: number): string[] {
  const id = `disk${index}`
  const [driver, properties] = frontends[bus](index)
  return [
    ...['-drive', list('if=none', { id, file, format, readonly: readonly ? 'on' : undefined })],
    ...['-device', list(driver, { drive: id, ...properties, bootindex: text(bootindex) })],
  ]
}

function hostDevice({ vga, rom, bootindex }: HostDevice, address: string): string[] {
  return [
    '-device',
    list('vfio-pci', {
      host: address,
      'x-vga': vga ? 'on' : undefined,
      // An empty file name would be an error; rombar=0 leaves the machine without a ROM of the device.
      rombar: rom === false ? '0' : undefined,
      romfile: rom || undefined,
      bootindex: text(bootindex),
    }),
  ]
}

/** One option of QEMU: `head,name=value,...`; what is undefined is left out. */
function list(head: string, properties: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined)
  return [head, ...given.map(([name, value]) => `${name}=${escaped(value!)}`)].join(',')
}

/** A comma inside a value is doubled (QEMU util/keyval.c). */
function escaped(value: string): string {
  return value.replaceAll(',', ',,')
}

function text(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}
