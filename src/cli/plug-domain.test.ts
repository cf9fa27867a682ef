import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import { readMachine } from '../machine/index.js'
import { attachToDomain, detachFromDomain } from './plug-domain.js'

const disk = '0000:01:00.0'
const sound = '0000:02:00.0'
const beside = '0000:03:00.0'

/** Plays virsh: notes what it was asked for, and keeps the XML. */
const pretend = `#!/bin/sh
cd "$(dirname "$0")"
shift 3
echo "$1 $2 $4" >>asked
cat "$3" >xml
`

describe('a domain of libvirt', () => {
  let folder: string
  const path = process.env.PATH
  const at = (name: string) => join(folder, name)
  const asked = () => readFileSync(at('asked'), 'utf8')
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    process.env.PATH = `${folder}:${path}`
    writeFileSync(at('virsh'), pretend, { mode: 0o755 })
    writeFileSync(at('asked'), '')
  })
  afterEach(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true })
  })

  const computer = (driver = 'nvme') =>
    new SimulatedHost([
      { address: disk, driver, class: 0x010802, group: 1 },
      { address: sound, driver: 'snd_hda_intel', class: 0x040300, group: 2 },
      { address: beside, driver: 'e1000e', class: 0x020000, group: 2 },
    ])

  /** `has`: what it has, and after the first look what it has then. */
  const around = (host: SimulatedHost, ...has: readonly (readonly string[])[]) => {
    const looks = [...has]
    const addressesNow = () => (looks.length > 1 ? looks.shift()! : looks[0]!)
    const answer = { state: 'running', kvm: false, memoryBytes: 2 ** 26, agent: null }
    return {
      running: {
        ...{ name: 'm', pid: 1, addresses: has[0]! },
        ask: async () => ({ value: { ...answer, addresses: addressesNow() } }),
      },
      ...{ host, machine: readMachine(host), accept: [], signal: new AbortController().signal },
    }
  }
  const functionAt = (host: SimulatedHost, address: string) =>
    readMachine(host).functions.find((one) => one.address === address)!

  it('is given a function that is alone in its group, which libvirt binds', async () => {
    const host = computer()
    expect(await attachToDomain(around(host, []), functionAt(host, disk))).toMatchObject({
      ...{ state: 'attached', functions: [disk], port: null, taken: null, binding: null },
    })
    expect(asked()).toBe('attach-device m --live\n')
    const xml = readFileSync(at('xml'), 'utf8')
    expect(xml).toContain('<hostdev mode="subsystem" type="pci" managed="yes">')
    expect(xml).toContain('<address domain="0x0000" bus="0x01" slot="0x00" function="0x0"/>')
  })

  it('has it already', async () => {
    const host = computer()
    expect(await attachToDomain(around(host, [disk]), functionAt(host, disk))).toMatchObject({
      state: 'attached-already',
    })
    expect(asked()).toBe('')
  })

  it('is not given what shares its group with a device that the host has', async () => {
    const host = computer()
    await expect(attachToDomain(around(host, []), functionAt(host, sound))).rejects.toThrow(
      `${beside} must leave the host with ${sound}`,
    )
    expect(asked()).toBe('')
  })

  it('lets go of one, and the host has it', async () => {
    const host = computer()
    expect(await detachFromDomain(around(host, [disk], [disk], []), functionAt(host, disk))).toMatchObject({
      ...{ state: 'detached', left: 'host', keptBy: [] },
    })
    expect(asked()).toBe('detach-device m --live\n')
    const bound = computer('vfio-pci')
    expect(await detachFromDomain(around(bound, [disk], []), functionAt(bound, disk))).toMatchObject({
      left: 'vfio-pci',
    })
  })

  it('does not let go of one, or does not have it', async () => {
    const host = computer()
    await expect(detachFromDomain(around(host, [disk]), functionAt(host, disk), 300)).rejects.toThrow(
      `has not let go of ${disk} in 0.3 s`,
    )
    await expect(detachFromDomain(around(host, []), functionAt(host, disk))).rejects.toThrow(
      `m has no ${disk}`,
    )
  })
})
