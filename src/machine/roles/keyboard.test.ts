import { describe, expect, it } from 'vitest'
import { denied, madeHost } from '../../../test/support/made-host.js'
import { findKeyboards } from './keyboard.js'
import { RoleFindings } from './search.js'

const path = '/proc/bus/input/devices'
const device = (
  name: string,
  sysfs: string,
  keys: string,
) => `I: Bus=0003 Vendor=046d Product=c31c Version=0110
N: Name="${name}"
P: Phys=usb-0000:00:14.0-1/input0
S: Sysfs=${sysfs}
U: Uniq=
H: Handlers=sysrq kbd event3 leds 
B: PROP=0
B: EV=120013
B: KEY=${keys}
B: MSC=10

`
const full = '1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe'
const usb = '/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/0003:046D:C31C.0001/input/input5'

function look(text: string) {
  const findings = new RoleFindings()
  findKeyboards(madeHost({ [path]: text }), findings)
  return findings
}

describe('a keyboard', () => {
  it('hangs on its USB controller', () => {
    const findings = look(device('Logitech USB Keyboard', usb, full))
    expect(findings.byFunction().get('0000:00:14.0')).toEqual([
      { name: 'keyboard', only: true, evidence: [{ path: `/sys${usb}`, value: 'Logitech USB Keyboard' }] },
    ])
  })

  it('is not the only one beside one on PS/2, which is no PCI function', () => {
    const findings = look(
      device(
        'AT Translated Set 2 keyboard',
        '/devices/platform/i8042/serio0/input/input3',
        '402000000 3803078f800d001 feffffdfffefffff fffffffffffffffe',
      ) + device('Logitech USB Keyboard', usb, full),
    )
    expect(findings.searches().keyboard).toMatchObject({
      functions: ['0000:00:14.0'],
      elsewhere: [{ value: 'AT Translated Set 2 keyboard' }],
    })
    expect(findings.byFunction().get('0000:00:14.0')).toMatchObject([{ only: false }])
  })

  it.each([
    ['a power button', '/devices/LNXSYSTM:00/PNP0C0C:00/input/input0', '10000000000000 0'],
    ['a mouse with keys', usb, '1f0000 0 0 0 1000'],
    ['all keys but one', usb, 'fffffffffffffffc'],
    ['a keyboard that a program makes', '/devices/virtual/input/input20', full],
  ])('is not %s', (name, sysfs, keys) => {
    expect(look(device(name, sysfs, keys)).searches().keyboard).toEqual({
      functions: [],
      elsewhere: [],
      unknown: [],
    })
  })

  it('is told by masks of 32-bit words too', () => {
    expect(
      look(device('x', usb, 'feffffdf ffefffff ffffffff fffffffe')).searches().keyboard.functions,
    ).toEqual(['0000:00:14.0'])
  })

  it('may hang on any adapter where it is a Bluetooth one', () => {
    const sysfs = '/devices/virtual/misc/uhid/0005:05AC:0255.0003/input/input25'
    expect(look(device('Magic Keyboard', sysfs, full)).searches().keyboard).toEqual({
      functions: [],
      elsewhere: [],
      unknown: [
        { unknown: 'Magic Keyboard: which Bluetooth adapter carries it is not told', path: `/sys${sysfs}` },
      ],
    })
  })

  it('is not known where the list may not be read', () => {
    const findings = new RoleFindings()
    findKeyboards(madeHost({ [path]: denied }), findings)
    expect(findings.searches().keyboard.unknown).toEqual([{ unknown: 'denied', path }])
  })
})
