import { describe, expect, it } from 'vitest'
import { denied, link, type Made, madeHost } from '../../../test/support/made-host.js'
import { System } from './system.js'

const system = (files: Readonly<Record<string, Made>>) => new System(madeHost(files))
const block = (bus: string, name: string, sysfs: string, handlers: string, keys: string) =>
  `I: Bus=${bus} Vendor=046d Product=c52b Version=0111\nN: Name="${name}"\nS: Sysfs=${sysfs}\nH: Handlers=${handlers} \nB: KEY=${keys} \n`

describe('what is typed on and pointed with', () => {
  const text = [
    block(
      '0003',
      'K',
      '/devices/pci0000:00/usb1/input/input5',
      'sysrq kbd event3 leds',
      'ffff fffffffffffffffe',
    ),
    block('0003', 'M', '/devices/pci0000:00/usb1/input/input6', 'mouse0 event4', '1f0000 0 0 0 0'),
    block('0011', 'AT', '/devices/platform/i8042/serio0/input/input0', 'kbd event0', 'fffffffffffffffe'),
    block('0019', 'Power Button', '/devices/LNXSYSTM:00/input/input1', 'kbd event1', '10000000000000 0'),
    block('0003', 'made', '/devices/virtual/input/input9', 'kbd mouse1 event9', 'fffffffffffffffe'),
  ].join('\n')

  it('is told apart', () => {
    const { inputDevices } = system({ '/proc/bus/input/devices': text })
    expect(inputDevices).toEqual({
      value: [
        { name: 'K', event: 'event3', isKeyboard: true, isPointer: false, usb: '046d:c52b' },
        { name: 'M', event: 'event4', isKeyboard: false, isPointer: true, usb: '046d:c52b' },
        { name: 'AT', event: 'event0', isKeyboard: true, isPointer: false, usb: null },
        { name: 'Power Button', event: 'event1', isKeyboard: false, isPointer: false, usb: null },
      ],
    })
  })

  it('has names that stay, by-id before by-path, on a live computer only', () => {
    const files = {
      '/dev/input/by-id/usb-K-event-kbd': link('../event3'),
      '/dev/input/by-path/pci-0000:00:14.0-usb-0:1:1.0-event-kbd': link('../event3'),
      '/dev/input/by-path/platform-i8042-serio-0-event-kbd': link('../event0'),
    }
    expect(system(files).inputLinks).toEqual({
      value: new Map([
        ['event3', '/dev/input/by-id/usb-K-event-kbd'],
        ['event0', '/dev/input/by-path/platform-i8042-serio-0-event-kbd'],
      ]),
    })
    expect(new System({ ...madeHost(files), kind: 'recording' }).inputLinks).toMatchObject({
      unknown: expect.stringMatching(/serial numbers/),
    })
    expect(system({ '/dev/input/by-id': denied }).inputLinks).toMatchObject({ unknown: 'denied' })
  })
})

describe('sound servers', () => {
  it('are those of people who are logged in', () => {
    const files = {
      '/run/user/1000/pipewire-0.lock': '',
      '/run/user/1000/pulse/native': '',
      '/run/user/1001/pulse/pid': '',
      '/run/user/120/pipewire-0.lock': '',
    }
    expect(system(files).soundServers).toEqual({
      value: [
        { kind: 'pipewire', user: 1000, path: '/run/user/1000/pipewire-0' },
        { kind: 'pulseaudio', user: 1000, path: '/run/user/1000/pulse/native' },
      ],
    })
    expect(system({}).soundServers).toEqual({ value: [] })
  })

  it('are not known where a folder is closed, unless another has one', () => {
    const closed = { '/run/user/1001/pipewire-0.lock': denied, '/run/user/1001/pulse': denied }
    expect(system(closed).soundServers).toEqual({
      unknown: 'denied',
      path: '/run/user/1001/pipewire-0.lock',
    })
    const open = system({ ...closed, '/run/user/1002/pulse/native': '' }).soundServers
    expect(open).toMatchObject({ value: [{ user: 1002 }] })
    expect(system({ '/run/user': denied }).soundServers).toMatchObject({ unknown: 'denied' })
  })
})

it('huge pages of a node are its own', () => {
  const folder = '/sys/devices/system/node/node1/hugepages/hugepages-2048kB'
  const one = system({ [`${folder}/nr_hugepages`]: '4\n', [`${folder}/free_hugepages`]: '3\n' })
  expect(one.hugePagesOf(1)).toEqual({ value: [{ sizeBytes: 2n * 1024n ** 2n, total: 4, free: 3 }] })
  expect(one.hugePagesOf(0)).toEqual({ value: [] })
})

it('the ISO of virtio-win is there or not', () => {
  expect(system({ '/usr/share/virtio-win/virtio-win.iso': '' }).hasVirtioWin).toEqual({ value: true })
  expect(system({}).hasVirtioWin).toEqual({ value: false })
})
