import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DescriptionError, parseDescription, requireFiles, requirePrograms } from './index.js'

/** Plays a QEMU that has what stands in the files beside it: `audio`, `spice`, `devices`. */
const pretend = `#!/bin/sh
cd "$(dirname "$0")"
case "$1" in
  -audiodev) cat audio ;;
  -spice) cat spice; exit 1 ;;
  -device) grep "^\${2%,help} options" devices || echo "Device '\${2%,help}' not found" >&2 ;;
esac
`

describe('what a machine requires', () => {
  let folder: string
  const path = process.env.PATH
  const at = (name: string) => join(folder, name)
  const machine = (yaml: string) =>
    parseDescription(`name: m\nmemory: 1G\nqemu: ${at('qemu')}\n${yaml}`, at('m.yaml'))

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    writeFileSync(at('qemu'), pretend, { mode: 0o755 })
    writeFileSync(at('audio'), 'Available audio drivers:\nnone\npa\n')
    writeFileSync(at('spice'), 'spice options:\n  addr=<str>\n')
    writeFileSync(at('devices'), 'virtio-vga options:\nusb-host options:\ntpm-crb options:\n')
  })
  afterEach(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true })
  })

  describe('requireFiles', () => {
    it.each([
      ['kernel: linux', 'linux'],
      ['kernel: qemu\ninitrd: initrd', 'initrd'],
      ['firmware: { code: code.fd }', 'code.fd'],
      ['disks: [{ file: install.iso, cdrom: true }]', 'install.iso'],
      ['disks: [{ file: disk }]', 'disk'],
      ['devices: [{ host: gpu, rom: card.rom }]', 'card.rom'],
    ])('wants the file of %s', (yaml, name) => {
      expect(() => requireFiles(machine(yaml))).toThrow(`cannot read ${at(name)}: ENOENT`)
      writeFileSync(at(name), '')
      expect(() => requireFiles(machine(yaml))).not.toThrow()
    })

    it('does not take a folder for a file', () => {
      for (const yaml of [
        'devices: [{ host: gpu, rom: . }]',
        'disks: [{ file: . }]',
        'firmware: { code: qemu, vars: . }',
      ])
        expect(() => requireFiles(machine(yaml))).toThrow(
          new DescriptionError([`cannot read ${folder}: it is a folder`]),
        )
    })

    it('wants input devices and bridges of the host', () => {
      expect(() => requireFiles(machine('input: [/dev/input/by-id/none-event-kbd]'))).toThrow(
        'cannot read /dev/input/by-id/none-event-kbd: ENOENT',
      )
      expect(() => requireFiles(machine('network: [{ kind: bridge, bridge: no-such }]'))).toThrow(
        'there is no bridge no-such: /sys/class/net/no-such/bridge is missing',
      )
    })

    // Root may write everything.
    it.skipIf(process.getuid?.() === 0)('wants to write a disk that the machine writes', () => {
      writeFileSync(at('disk'), '')
      chmodSync(at('disk'), 0o444)
      expect(() => requireFiles(machine('disks: [{ file: disk }]'))).toThrow(
        `cannot write ${at('disk')}: EACCES`,
      )
      expect(() => requireFiles(machine('disks: [{ file: disk, readonly: true }]'))).not.toThrow()
    })
  })

  describe('requirePrograms', () => {
    const all = `tpm: true
cpus: { count: 1, pin: 0 }
sound: pulseaudio
graphics: virtio
display: spice
usb: [046d:c52b]
`

    it('wants QEMU, and what the settings need', () => {
      process.env.PATH = folder
      expect(() => requirePrograms(machine(all))).toThrow(
        'swtpm is not installed, which tpm needs (Debian, Fedora, Arch: swtpm)\n' +
          'taskset is not installed, which cpus needs (Debian, Arch: util-linux; Fedora: util-linux-core)',
      )
      process.env.PATH = `${folder}:${path}`
      for (const name of ['swtpm', 'taskset']) writeFileSync(at(name), '', { mode: 0o755 })
      expect(() => requirePrograms(machine(all))).not.toThrow()
    })

    it('takes no folder and no plain file for a program', () => {
      process.env.PATH = `${folder}:`
      mkdirSync(at('swtpm'))
      writeFileSync(at('taskset'), '')
      expect(() => requirePrograms(machine(all))).toThrow(/^swtpm is not .*\ntaskset is not /)
    })

    it('says that there is no QEMU', () => {
      rmSync(at('qemu'))
      expect(() => requirePrograms(machine('sound: pipewire'))).toThrow(`${at('qemu')} is not installed`)
    })

    it.each([
      ['sound: pipewire', 'sound: pipewire: this QEMU is without it: QEMU -audiodev help does not name it'],
      ['graphics: std', 'graphics: std: this QEMU is without it: QEMU -device VGA,help does not name it'],
    ])('asks QEMU for %s', (yaml, said) => {
      expect(() => requirePrograms(machine(yaml))).toThrow(said.replace('QEMU -', `${at('qemu')} -`))
    })

    it.each([
      ['audio', 'sound: pulseaudio', '-audiodev help'],
      ['spice', 'looking-glass: 64M\ndisplay: spice', '-spice help'],
      ['devices', 'usb: [046d:c52b]', '-device usb-host,help'],
      ['devices', 'graphics: virtio', '-device virtio-vga,help'],
    ])('needs %s for %s', (part, yaml, question) => {
      expect(() => requirePrograms(machine(yaml))).not.toThrow()
      writeFileSync(at(part), '')
      expect(() => requirePrograms(machine(yaml))).toThrow(`${at('qemu')} ${question} does not name it`)
    })
  })
})
