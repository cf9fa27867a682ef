import { expect, it } from 'vitest'
import { parseDescription } from '../description/index.js'
import { freeRootSlots, requireRootSlots, rootSlots } from './root-slots.js'

const described = (yaml: string) =>
  parseDescription(`name: m\nmemory: 1G\ngraphics: none\ndisplay: none\n${yaml}`, '/vms/m.yaml')
const devices = (firmware: string) =>
  described(`firmware: ${firmware}\ndevices: [{ host: gpu, vga: true }, { host: audio }, { host: usb }]`)
const addresses = ['0000:01:00.0', '0000:01:00.1', '0000:02:00.0']

it('counts a port for the functions of one slot, and each where SeaBIOS draws on one of them', () => {
  const without = rootSlots(described(''), [])
  expect(rootSlots(devices('uefi'), addresses)).toBe(without + 2)
  expect(rootSlots(devices('bios'), addresses)).toBe(without + 3)
})

it('refuses what does not fit', () => {
  const disks = (count: number, bus: string) =>
    described(
      `disks: [${Array.from({ length: count }, (_, i) => `{ file: ${i}.img, bus: ${bus} }`).join(', ')}]`,
    )
  const free = freeRootSlots - rootSlots(described('network: []'), [])
  expect(() => requireRootSlots(disks(free, 'virtio'), [])).not.toThrow()
  expect(() => requireRootSlots(disks(free + 2, 'nvme'), [])).toThrow(
    'take 32 slots of the root bus, 4 of them kept free for vm attach, and it has 30: take away 2',
  )
})
