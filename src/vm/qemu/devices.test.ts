import { describe, expect, it } from 'vitest'
import { parseDescription } from '../description/index.js'
import { hostDevices } from './devices.js'

const devices = (yaml: string, ...addresses: readonly string[]) =>
  hostDevices(parseDescription(`name: m\nmemory: 1G\n${yaml}`, '/vms/m.yaml'), {
    accelerator: 'kvm',
    folder: '/run/m',
    addresses,
  }).filter((word) => word !== '-device' && !word.includes('id=spare'))

describe('hostDevices', () => {
  it('puts the functions of one slot into one, behind a root port of their own', () => {
    expect(
      devices(
        `firmware: uefi
devices:
  - { host: a, rom: false }
  - { host: 8086:1533, bootindex: 2 }
  - { host: gpu, vga: true, rom: card.rom }`,
        '0000:01:00.1',
        '0000:02:00.0',
        '0000:01:00.0',
      ),
    ).toEqual([
      'pcie-root-port,id=host0,chassis=1',
      'vfio-pci,host=0000:01:00.0,bus=host0,addr=0.0,multifunction=on,x-vga=on,romfile=/vms/card.rom',
      'vfio-pci,host=0000:01:00.1,bus=host0,addr=0.1,rombar=0',
      'pcie-root-port,id=host1,chassis=2',
      'vfio-pci,host=0000:02:00.0,bus=host1,addr=0.0,bootindex=2',
    ])
  })

  it('keeps apart what only looks like one slot', () => {
    expect(
      devices('devices: [{ host: a }, { host: b }]', '0000:01:00.0', '10000:01:00.0').filter((one) =>
        one.startsWith('pcie-root-port'),
      ),
    ).toHaveLength(2)
  })

  it('counts functions from 0 where function 0 stays with the host', () => {
    expect(devices('devices: [{ host: a }, { host: b }]', '0000:01:00.6', '0000:01:00.2').slice(1)).toEqual([
      'vfio-pci,host=0000:01:00.2,bus=host0,addr=0.0,multifunction=on',
      'vfio-pci,host=0000:01:00.6,bus=host0,addr=0.1',
    ])
    expect(devices('devices: [{ host: a }]', '0000:01:00.6')).toContain(
      'vfio-pci,host=0000:01:00.6,bus=host0,addr=0.0',
    )
  })

  it('leaves the card that SeaBIOS draws on, and its other functions, on the root bus', () => {
    expect(
      devices(
        `devices:
  - { host: gpu, vga: true, rom: card.rom }
  - { host: 8086:1533, rom: false, bootindex: 2 }
  - { host: audio }`,
        '0000:01:00.0',
        '0000:02:00.0',
        '0000:01:00.1',
      ),
    ).toEqual([
      'vfio-pci,host=0000:01:00.0,x-vga=on,romfile=/vms/card.rom',
      'vfio-pci,host=0000:01:00.1',
      'pcie-root-port,id=host1,chassis=1',
      'vfio-pci,host=0000:02:00.0,bus=host1,addr=0.0,rombar=0,bootindex=2',
    ])
  })
})
