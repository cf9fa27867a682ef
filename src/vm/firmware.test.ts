import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDescription } from './description/index.js'
import { FirmwareError, requireFirmware, uefiFirmware } from './firmware.js'

describe('uefiFirmware', () => {
  let top: string
  let folders: readonly string[]
  const at = (name: string) => join(top, name)

  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), 'handover-test-'))
    folders = [at('etc'), at('usr')]
    for (const folder of folders) mkdirSync(folder)
    for (const name of ['code.fd', 'other.fd', 'template.fd']) writeFileSync(at(name), name)
  })
  afterEach(() => rmSync(top, { recursive: true }))

  const describeFirmware = (file: string, code = 'code.fd', more: object = {}) =>
    writeFileSync(
      at(file),
      JSON.stringify({
        'interface-types': ['uefi'],
        mapping: {
          device: 'flash',
          executable: { filename: at(code), format: 'raw' },
          'nvram-template': { filename: at('template.fd'), format: 'raw' },
        },
        targets: [{ architecture: 'x86_64', machines: ['pc-i440fx-*', 'pc-q35-*'] }],
        features: ['acpi-s3'],
        ...more,
      }),
    )
  const find = () => uefiFirmware({ vars: at('m.vars.fd') }, folders)

  it('takes the first descriptor by name, and makes the settings from its template once', () => {
    describeFirmware('usr/60-b.json', 'other.fd')
    describeFirmware('usr/50-a.json')
    expect(find()).toEqual({
      code: at('code.fd'),
      codeFormat: 'raw',
      vars: at('m.vars.fd'),
      varsFormat: 'raw',
      requiresSmm: false,
    })
    expect(readFileSync(at('m.vars.fd'), 'utf8')).toBe('template.fd')
    writeFileSync(at('m.vars.fd'), 'settings of the machine')
    find()
    expect(readFileSync(at('m.vars.fd'), 'utf8')).toBe('settings of the machine')
  })

  it("lets the administrator's descriptor stand for, or hide, the distribution's of the same name", () => {
    describeFirmware('usr/50-a.json')
    describeFirmware('usr/60-b.json', 'other.fd')
    writeFileSync(at('etc/50-a.json'), '')
    expect(find().code).toBe(at('other.fd'))
    describeFirmware('etc/60-b.json', 'code.fd')
    expect(find().code).toBe(at('code.fd'))
  })

  it.each([
    ['is a BIOS', { 'interface-types': ['bios'] }],
    ['is not flash', { mapping: { device: 'memory' } }],
    ['wants SMM', { features: ['requires-smm', 'secure-boot'] }],
    ['is for other processors', { targets: [{ architecture: 'aarch64', machines: ['virt-*'] }] }],
    ['is for other machines', { targets: [{ architecture: 'x86_64', machines: ['microvm'] }] }],
  ])('passes over what %s', (_, more) => {
    describeFirmware('usr/50-a.json', 'code.fd', more)
    expect(find).toThrow(FirmwareError)
    expect(existsSync(at('m.vars.fd'))).toBe(false)
    describeFirmware('usr/60-b.json')
    expect(find().code).toBe(at('code.fd'))
  })

  it('passes over a descriptor whose firmware is not there', () => {
    describeFirmware('usr/50-a.json', 'missing.fd')
    expect(find).toThrow(/no UEFI firmware .*Debian: ovmf/)
  })

  it('names a descriptor that cannot be understood', () => {
    writeFileSync(at('usr/50-a.json'), '{ not json')
    expect(find).toThrow(`${at('usr/50-a.json')} is no firmware descriptor`)
  })

  it('takes a file that is named, and does not make up its settings', () => {
    expect(() => uefiFirmware({ code: at('code.fd'), vars: at('m.vars.fd') }, folders)).toThrow(
      /copy the template/,
    )
    expect(() => uefiFirmware({ code: at('missing.fd'), vars: at('m.vars.fd') }, folders)).toThrow(
      /missing\.fd does not exist/,
    )
    writeFileSync(at('m.qcow2'), '')
    expect(uefiFirmware({ code: at('code.fd'), vars: at('m.qcow2') }, folders)).toMatchObject({
      codeFormat: 'raw',
      varsFormat: 'qcow2',
    })
  })

  describe('with secure boot', () => {
    const secure = { features: ['requires-smm', 'secure-boot'] }
    const enrolled = { features: ['enrolled-keys', 'requires-smm', 'secure-boot'] }
    const findSecure = () => uefiFirmware({ vars: at('m.vars.fd'), secureBoot: true }, folders)

    it('takes firmware with enrolled keys before one without', () => {
      describeFirmware('usr/40-plain.json')
      describeFirmware('usr/50-empty.json', 'other.fd', secure)
      expect(findSecure()).toMatchObject({ code: at('other.fd'), requiresSmm: true })
      describeFirmware('usr/60-keys.json', 'code.fd', enrolled)
      expect(findSecure()).toMatchObject({ code: at('code.fd'), requiresSmm: true })
    })

    it('takes no other', () => {
      describeFirmware('usr/40-plain.json')
      describeFirmware('usr/50-open.json', 'other.fd', { features: ['secure-boot'] })
      expect(findSecure).toThrow(/^no UEFI firmware with secure boot for q35 machines is described in /)
    })
  })

  it('can be asked for without making its settings', () => {
    const machine = (firmware: string) =>
      parseDescription(`name: m\nmemory: 1G\nfirmware: ${firmware}`, at('m.yaml'))
    expect(() => requireFirmware(machine('bios'))).not.toThrow()
    expect(() => requireFirmware(machine('{ code: missing.fd }'))).toThrow(/missing\.fd does not exist/)
    expect(() => requireFirmware(machine('{ code: code.fd, vars: other.fd }'))).not.toThrow()
    try {
      requireFirmware(machine('uefi')) // whether this computer has one is not for this test
    } catch (error) {
      expect(error).toBeInstanceOf(FirmwareError)
    }
    expect(existsSync(at('m.vars.fd'))).toBe(false)
  })

  it('knows of a file that is named what its descriptor says', () => {
    writeFileSync(at('m.vars.fd'), '')
    const own = () => uefiFirmware({ code: at('code.fd'), vars: at('m.vars.fd') }, folders).requiresSmm
    expect(own()).toBe(false)
    describeFirmware('usr/50-a.json', 'code.fd', { features: ['requires-smm'] })
    expect(own()).toBe(true)
  })
})
