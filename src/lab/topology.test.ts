import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { labArguments } from './qemu-arguments.js'
import { defaultTopologyFile, kinds, parseTopology, readTopology } from './topology.js'

const parse = (text: string) => parseTopology(text, 'here.yaml')
const boot = {
  kernel: '/k',
  initramfs: '/i',
  accelerator: 'tcg',
  qemu: { command: ['qemu'], version: '7.2' },
} as const
const devicesOf = (text: string) => {
  const { argv } = labArguments(parse(text), boot, '/run/x')
  return argv.filter((_, index) => argv[index - 1] === '-device')
}

describe('parseTopology', () => {
  it('reads the usual computer', () => {
    const topology = readTopology(defaultTopologyFile)
    expect(topology).toMatchObject({ iommu: 'intel', cpus: 2, memoryBytes: 2 * 1024 ** 3 })
    expect(topology.devices[1]!.devices[0]).toMatchObject({
      kind: 'nvme',
      disk: { sizeBytes: 64 * 1024 ** 2 },
    })
  })

  it.each([
    ['devices: [vidoe]', /here\.yaml:1: devices\.0: no kind of device is called vidoe; there are: video/],
    ['iommu: intel\nmemroy: 2G', /here\.yaml:2: .*memroy/],
    ['iommu: intel\nmemory: 2 gigs', /here\.yaml:2: memory: expected a size such as 64M/],
    ['iommu: arm', /here\.yaml:1: iommu: .*"intel"\|"amd"/],
    ['devices:\n  - root-port:\n      devices: [edu, edu]', /here\.yaml:\d: .*one slot behind a root port/],
    ['devices:\n  - edu:\n      devices: [edu]', /edu is not a bridge/],
    ['devices:\n  - edu: { size: 1G }', /edu is not a disk/],
    ['devices:\n  - switch: { acs: false }', /only a root port has ACS/],
    [
      'devices:\n  - root-port:\n      devices:\n        - nvme: { size: big }',
      /here\.yaml:\d: .*expected a size/,
    ],
    ['devices:\n  - edu: {}\n    nvme: {}', /expected one kind of device, found edu, nvme/],
    ['devices: [', /here\.yaml:1: /],
  ])('refuses %j with the line and what was expected', (text, message) => {
    expect(() => parse(text)).toThrow(message)
  })

  it('names the file that it cannot read', () => {
    expect(() => readTopology('/no/such.yaml')).toThrow('cannot read the topology /no/such.yaml: ENOENT')
  })
})

describe('labArguments', () => {
  it.each(Object.entries(kinds))('plugs in %s', (kind, { driver }) => {
    expect(devicesOf(`devices: [${kind}]`)).toContainEqual(
      expect.stringMatching(new RegExp(`^${driver},id=${kind}1,bus=pcie.0,addr=0x2.0`)),
    )
  })

  it('puts what is behind a bridge behind it', () => {
    const devices = devicesOf(`
devices:
  - root-port: { acs: false, devices: [ { switch: { devices: [ edu, { nvme: { serial: x } } ] } } ] }
  - root-port: { devices: [ { pci-bridge: { devices: [ edu ] } } ] }
`)
    expect(devices.filter((device) => !device.includes('virt'))).toEqual([
      'intel-iommu,intremap=on,caching-mode=on',
      'pcie-root-port,id=root-port1,bus=pcie.0,addr=0x2.0,chassis=1,slot=1,disable-acs=on',
      'x3130-upstream,id=switch2,bus=root-port1,addr=0x0.0',
      'xio3130-downstream,id=switch2-port0,bus=switch2,addr=0x0.0,chassis=3,slot=3',
      'edu,id=edu4,bus=switch2-port0,addr=0x0.0',
      'xio3130-downstream,id=switch2-port1,bus=switch2,addr=0x1.0,chassis=5,slot=5',
      'nvme,id=nvme6,bus=switch2-port1,addr=0x0.0,drive=nvme6-disk,serial=x',
      'pcie-root-port,id=root-port7,bus=pcie.0,addr=0x3.0,chassis=7,slot=7',
      'pcie-pci-bridge,id=pci-bridge8,bus=root-port7,addr=0x0.0',
      'edu,id=edu9,bus=pci-bridge8,addr=0x1.0',
    ])
  })

  it('makes one slot of several functions', () => {
    expect(
      devicesOf('devices: [ { functions: [ edu, { network: { mac: "52:54:00:00:00:01" } } ] } ]').slice(1, 3),
    ).toEqual([
      'edu,id=edu1,bus=pcie.0,addr=0x2.0,multifunction=on',
      'e1000e,id=network2,bus=pcie.0,addr=0x2.1,netdev=network2-net,mac=52:54:00:00:00:01',
    ])
  })

  it('doubles commas in file names', () => {
    const topology = parse('devices: [ { nvme: { image: "/a,b.img" } } ]')
    expect(labArguments(topology, boot, '/x').argv).toContain(
      'file=/a,,b.img,format=raw,if=none,id=nvme1-disk,snapshot=on',
    )
  })

  it('says when the root bus is full', () => {
    expect(() => devicesOf(`devices: [${Array(28).fill('edu').join(', ')}]`)).toThrow(
      'room for 27 devices, not 28',
    )
  })
})

describe('docs/lab.md', () => {
  it('lists every kind of device', () => {
    const text = readFileSync(new URL('../../docs/lab.md', import.meta.url), 'utf8')
    for (const [kind, { driver, about }] of Object.entries(kinds)) {
      expect(text).toContain(`| \`${kind}\` | \`${driver}\` | ${about} |`)
    }
  })
})
