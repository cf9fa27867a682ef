import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { anyDescription, writtenDescription } from '../../../test/support/any-description.js'
import { describedMachines, exampleDomain } from '../../../test/support/domain-examples.js'
import { type Description, parseDescription } from '../description/index.js'
import { freeRootSlots, rootSlots } from '../qemu/root-slots.js'

/** libvirt's own, as its package installs it; of another version where the variable says. */
const schema = process.env.HANDOVER_LIBVIRT_SCHEMA ?? '/usr/share/libvirt/schemas/domain.rng'
const hasSchema = existsSync(schema) && spawnSync('xmllint', ['--version']).error === undefined
const note = hasSchema ? '' : ` (skipped: no xmllint, or no ${schema})`
const folder = mkdtempSync(join(tmpdir(), 'handover-schema-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What older ones do not know is refused before (`can.ts`). */
const isYoung =
  hasSchema && spawnSync('grep', ['-q', 'pipewire', schema.replace(/\.rng$/, 'common.rng')]).status === 0
const known = (description: Description): Description =>
  isYoung ? description : { ...description, tpm: undefined, sound: description.sound && 'pulseaudio' }

function complaints(domains: readonly string[]): string {
  const files = domains.map((xml, index) => {
    const file = join(folder, `${index}.xml`)
    writeFileSync(file, xml)
    return file
  })
  const { status, stderr } = spawnSync('xmllint', ['--noout', '--relaxng', schema, ...files], {
    encoding: 'utf8',
  })
  return status === 0 ? '' : `${status} ${stderr.replace(/^.* validates\n/gm, '')}`
}

describe.runIf(hasSchema)(`the schema of libvirt${note}`, () => {
  it('has everything that is described here', () => {
    const domains = describedMachines().flatMap((description) =>
      (['kvm', 'tcg'] as const).map((accelerator) => exampleDomain(known(description), { accelerator })),
    )
    expect(complaints(domains)).toBe('')
  })

  it('has everything that can be described', () => {
    const domains = fc.sample(anyDescription, 200).flatMap((described, index) => {
      const description = known(parseDescription(writtenDescription(described), '/vms/m.yaml'))
      const disks = description.disks.map(
        (disk) => ({ ...disk, bus: disk.cdrom ? disk.bus : 'virtio' }) as const,
      )
      const addresses = described.devices.map((_, number) => `0000:f0:${number % 3}.${number}`)
      if (rootSlots(description, addresses) > freeRootSlots) return []
      return exampleDomain(
        { ...description, disks },
        { accelerator: index % 2 ? 'kvm' : 'tcg', isAmd: index % 3 === 0, uid: 1000, addresses },
      )
    })
    expect(complaints(domains)).toBe('')
  })

  it('does not take anything', () => {
    const [one] = describedMachines()
    expect(complaints([exampleDomain(known(one!)).replace('<vcpu>', '<vcpu nosuch="1">')])).not.toBe('')
  })
})
