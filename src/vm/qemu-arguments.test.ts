import { describe, expect, it } from 'vitest'
import { parseDescription } from './description.js'
import { qemuArguments, type RunSettings } from './qemu-arguments.js'

const run: RunSettings = { accelerator: 'tcg', qmpSocket: '/run/q.sock', addresses: [] }
const machine = (yaml: string, settings: Partial<RunSettings> = {}) =>
  qemuArguments(parseDescription(`name: m\nmemory: 512M\n${yaml}`, '/vms/m.yaml'), { ...run, ...settings })
/** The value of an option, for each time that it stands there. */
const option = (argv: readonly string[], name: string) =>
  argv.flatMap((word, i) => (word === name ? [argv[i + 1]] : []))

describe('qemuArguments', () => {
  it('gives nothing that was not asked for', () => {
    expect(machine('').join(' ')).toBe(
      '-name m -accel tcg -cpu max -machine q35 -m 512M -smp 1 -nodefaults -no-user-config -display none -vga none ' +
        '-qmp unix:/run/q.sock,server=on,wait=off -serial stdio',
    )
  })

  it("gives KVM's machines the host's processor", () => {
    expect(machine('cpus: 4', { accelerator: 'kvm' }).join(' ')).toContain(
      '-accel kvm -cpu host -machine q35 -m 512M -smp 4',
    )
  })

  it('hands over functions by their addresses, in their order', () => {
    const argv = machine(
      `devices:
  - { host: gpu, vga: true, rom: card.rom }
  - { host: 8086:1533, rom: false, bootindex: 2 }`,
      { addresses: ['0000:01:00.0', '0000:02:00.0'] },
    )
    expect(option(argv, '-device')).toEqual([
      'vfio-pci,host=0000:01:00.0,x-vga=on,romfile=/vms/card.rom',
      'vfio-pci,host=0000:02:00.0,rombar=0,bootindex=2',
    ])
  })

  it('gives disks the frontend of their bus', () => {
    const argv = machine(`disks:
  - file: a.qcow2
  - { file: /b.img, bus: nvme, readonly: true, bootindex: 0 }
  - { file: c.iso, bus: sata, format: raw }`)
    expect(option(argv, '-drive')).toEqual([
      'if=none,id=disk0,file=/vms/a.qcow2,format=qcow2',
      'if=none,id=disk1,file=/b.img,format=raw,readonly=on',
      'if=none,id=disk2,file=/vms/c.iso,format=raw',
    ])
    expect(option(argv, '-device')).toEqual([
      'virtio-blk-pci,drive=disk0',
      'nvme,drive=disk1,serial=disk1,bootindex=0',
      'ide-hd,drive=disk2,bus=ide.2',
    ])
  })

  it('doubles commas inside values, and only there', () => {
    const argv = machine(
      `kernel: /a,b\nappend: x=1,2\ndisks: [{ file: '/d,1.img' }]\ndevices: [{ host: gpu, rom: '/r,s' }]`,
      {
        qmpSocket: '/run/x,y/q.sock',
        addresses: ['0000:01:00.0'],
      },
    )
    expect(option(argv, '-qmp')).toEqual(['unix:/run/x,,y/q.sock,server=on,wait=off'])
    expect(option(argv, '-drive')[0]).toContain('file=/d,,1.img,')
    expect(option(argv, '-device').at(-1)).toContain('romfile=/r,,s')
    // These are not lists: QEMU takes them as they are.
    expect([option(argv, '-kernel'), option(argv, '-append')]).toEqual([['/a,b'], ['x=1,2']])
  })

  it('gives UEFI its code and its settings as flash', () => {
    const firmware = { code: '/f/code.fd', codeFormat: 'raw', vars: '/vms/m.vars.fd', varsFormat: 'qcow2' }
    expect(option(machine('firmware: uefi', { firmware }), '-drive')).toEqual([
      'if=pflash,unit=0,format=raw,readonly=on,file=/f/code.fd',
      'if=pflash,unit=1,format=qcow2,file=/vms/m.vars.fd',
    ])
  })

  it("adds the description's own arguments last, so that they win", () => {
    expect(machine('arguments: [-cpu, qemu64]').slice(-2)).toEqual(['-cpu', 'qemu64'])
  })
})
