import { describe, expect, it } from 'vitest'
import { denied, link, type Made, madeHost } from '../../../test/support/made-host.js'
import { findNetwork } from './network.js'
import { RoleFindings } from './search.js'

const card = (name: string, address: string) => ({
  [`/sys/class/net/${name}`]: link(`../../devices/pci0000:00/${address}/net/${name}`),
  [`/sys/devices/pci0000:00/${address}/net/${name}/mtu`]: '1500\n',
})
const virtual = (name: string, ...lower: readonly string[]) => ({
  [`/sys/class/net/${name}`]: link(`../../devices/virtual/net/${name}`),
  [`/sys/devices/virtual/net/${name}/mtu`]: '1500\n',
  ...Object.fromEntries(
    lower.map((one) => [`/sys/devices/virtual/net/${name}/lower_${one}`, link(`../${one}`)]),
  ),
})
const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const defaultRoute = (name: string, flags = '0003') =>
  `${name}\t00000000\t010200C0\t${flags}\t0\t0\t0\t00000000\t0\t0\t0   \n`
const local = (name: string) => `${name}\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0   \n`

function look(files: Readonly<Record<string, Made>>) {
  const findings = new RoleFindings()
  findNetwork(madeHost({ '/proc/net/route': head, ...files }), findings)
  return findings
}
const found = (files: Readonly<Record<string, Made>>) => look(files).searches().network

describe('the network', () => {
  it('goes through the card of the default route, not of any other', () => {
    expect(
      found({
        '/proc/net/route': head + defaultRoute('eth0') + local('eth1'),
        ...card('eth0', '0000:00:19.0'),
        ...card('eth1', '0000:00:1a.0'),
      }),
    ).toEqual({ functions: ['0000:00:19.0'], elsewhere: [], unknown: [] })
  })

  it('goes down through a VLAN on a bridge on a bond; the tap of a virtual machine beside it is no doubt', () => {
    const findings = look({
      '/proc/net/route': head + defaultRoute('br0.5'),
      ...virtual('br0.5', 'br0'),
      ...virtual('br0', 'bond0', 'tap0'),
      ...virtual('tap0'),
      ...virtual('bond0', 'eth0', 'eth1'),
      ...card('eth0', '0000:00:19.0'),
      ...card('eth1', '0000:00:1a.0'),
    })
    expect(findings.searches().network).toEqual({
      functions: ['0000:00:19.0', '0000:00:1a.0'],
      elsewhere: [],
      unknown: [],
    })
    const [role] = findings.byFunction().get('0000:00:1a.0')!
    expect(role!.only).toBe(false)
    expect(role!.evidence.map(({ value }) => value)).toEqual([
      'default via br0.5',
      'lower_br0',
      'lower_bond0',
      'lower_eth1',
      '/sys/devices/pci0000:00/0000:00:1a.0/net/eth1',
    ])
  })

  it('goes through the USB controller of a USB card', () => {
    const path = 'pci0000:00/0000:00:14.0/usb2/2-1/2-1:1.0/net/enx1'
    expect(
      found({
        '/proc/net/route': head + defaultRoute('enx1'),
        '/sys/class/net/enx1': link(`../../devices/${path}`),
      }).functions,
    ).toEqual(['0000:00:14.0'])
  })

  it('is found by IPv6 routes too; what rejects is no route', () => {
    const zeros = '0'.repeat(32)
    const route = (flags: string, name: string) =>
      `${zeros} 00 ${zeros} 00 fd000000000000000000000000000001 00000400 00000002 00000000 ${flags}     ${name}\n`
    expect(
      found({
        '/proc/net/ipv6_route':
          route('00000003', 'eth0') + route('00200200', 'lo') + route('00000002', 'eth1'),
        ...card('eth0', '0000:00:19.0'),
        ...virtual('lo'),
        ...card('eth1', '0000:00:1a.0'),
      }),
    ).toEqual({ functions: ['0000:00:19.0'], elsewhere: [], unknown: [] })
    expect(
      found({ '/proc/net/route': head + defaultRoute('eth0', '0203'), ...card('eth0', '0000:00:19.0') })
        .functions,
    ).toEqual([])
  })

  it.each<[string, Record<string, Made>, string, string]>([
    [
      'a tunnel',
      { '/proc/net/route': head + defaultRoute('wg0'), ...virtual('wg0') },
      'wg0 does not say what carries it',
      '/sys/devices/virtual/net/wg0',
    ],
    [
      'an interface that is not there',
      { '/proc/net/route': head + defaultRoute('gone') },
      'absent',
      '/sys/class/net/gone',
    ],
    ['routes that may not be read', { '/proc/net/route': denied }, 'denied', '/proc/net/route'],
    [
      'bridges that stand on each other',
      {
        '/proc/net/route': head + defaultRoute('a'),
        ...virtual('a', 'b'),
        ...virtual('b', 'a', 'c'),
        ...virtual('c'),
      },
      'c does not say what carries it',
      '/sys/devices/virtual/net/c',
    ],
  ])('is not known behind %s', (_, files, unknown, path) => {
    expect(found(files)).toEqual({ functions: [], elsewhere: [], unknown: [{ unknown, path }] })
  })
})
