import { describe, expect, it } from 'vitest'
import { DescriptionError, parseDescription } from '../description/index.js'
import { requireLibvirtCan } from './can.js'

const problems = (yaml: string, version: string) => {
  try {
    requireLibvirtCan(parseDescription(`memory: 1G\n${yaml}`, '/vms/m.yaml'), version)
    return []
  } catch (error) {
    if (error instanceof DescriptionError) return error.problems
    throw error
  }
}

/** What it cannot do before a version, what it can do from it on, and what it says. Null: no version can. */
const rows: readonly (readonly [yaml: string, before: string, from: string | null, says: string])[] = [
  ['name: 12', '11.3.0', null, 'name: virsh takes a number'],
  [
    'name: m\ndisks: [{ file: a, bus: nvme }]',
    '11.3.0',
    null,
    'disks: bus: nvme: libvirt has no emulated NVMe',
  ],
  ['name: m\ntpm: true', '10.9.9', '10.10.0', 'tpm: this libvirt is 10.9.9, and before 10.10.0 it keeps'],
  ['name: m\nsound: pipewire', '9.9.0', '9.10.0', 'sound: pipewire: this libvirt is 9.9.0'],
  ['name: m\nfirmware: { code: a.qcow2 }', '9.1.0', '9.2.0', 'firmware: this libvirt is 9.1.0'],
]

describe('what libvirt cannot do', () => {
  it.each(rows)('%j', (yaml, before, from, says) => {
    const [only, ...others] = problems(yaml.replace('name: 12', 'name: "12"'), before)
    expect(only).toContain(says)
    expect(only).toContain('; without libvirt: --through qemu')
    expect(others).toEqual([])
    if (from !== null) for (const version of [from, '99.0.0']) expect(problems(yaml, version)).toEqual([])
  })

  it('is nothing of a plain machine', () => {
    expect(problems('name: m\ndisks: [{ file: a, bus: sata }]\nfirmware: uefi', '9.0.0')).toEqual([])
  })
})
