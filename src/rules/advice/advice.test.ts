import { describe, expect, it } from 'vitest'
import { edited } from '../../../test/support/edited-host.js'
import { igd, laptop, station } from '../../../test/support/made-displays.js'
import { denied, madeFunction } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { readMachine } from '../../machine/index.js'
import { checkDevice } from '../check.js'
import { deviceIsVirtual } from './device-is-virtual.js'
import { adviceRules } from './index.js'
import { virtualDevices } from './virtual-devices.js'

const disk = { device: '0000:02:00.0' }
const network = { device: '0000:03:00.0' }

/** The workstation with a network card, through which its default route goes where `routed`. */
const withNetwork = (routed: boolean, files = {}) =>
  station({
    ...madeFunction('0000:03:00.0', { above: 'pci0000:00/0000:00:1c.0', class: 0x020000, files }),
    '/sys/class/net/eth0': { link: '../../devices/pci0000:00/0000:00:1c.0/0000:03:00.0/net/eth0' },
    '/proc/net/route': `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n${
      routed ? 'eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n' : ''
    }`,
  })

/** The workstation with a card by another maker, and its IOMMU off. */
const withoutIommu = (vendor: string) =>
  edited(station({}, { vendor: `${vendor}\n` }), { '/sys/class/iommu/dmar0': null })

const examples: Readonly<Record<string, readonly Example[]>> = {
  'picture-without-card': [
    { name: 'a disk', host: station(), ...disk, gives: 'not here' },
    { name: 'another card stays', host: station(igd()), gives: 'passes', says: /0000:00:02\.0/ },
    { name: 'the only card', host: station(), gives: 'note', says: /no other card/ },
    {
      name: 'the only card, with nothing shown on it',
      host: station({
        '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0/card0-HDMI-A-1/enabled': 'disabled\n',
      }),
      gives: 'passes',
      says: /shows nothing/,
    },
    { name: "a laptop's second card", host: laptop(), gives: 'not here', says: /see outputs/ },
    {
      name: "a laptop's first",
      host: laptop(),
      device: '0000:00:02.0',
      gives: 'note',
      says: /no other card/,
    },
    {
      name: 'what another function is, is not told',
      host: station({ ...madeFunction('0000:03:00.0', { files: { class: denied } }) }),
      gives: 'unknown',
    },
  ],
  'virtio-instead': [
    { name: 'a video card', host: station(), gives: 'not here' },
    { name: "the host's own disk", host: station(), ...disk, gives: 'note', says: /virtio-blk/ },
    {
      name: "the host's own network",
      host: withNetwork(true),
      ...network,
      gives: 'note',
      says: /virtio-net/,
    },
    { name: 'a network card that is free', host: withNetwork(false), ...network, gives: 'passes' },
    {
      name: 'a disk, and what is mounted is not told',
      host: station({
        ...madeFunction('0000:03:00.0', { class: 0x010802 }),
        '/proc/self/mountinfo': denied,
      }),
      ...network,
      gives: 'unknown',
    },
  ],
  'virtual-function-instead': [
    { name: 'a video card', host: station(), gives: 'not here' },
    { name: 'a card without', host: withNetwork(false), ...network, gives: 'passes' },
    {
      name: 'SR-IOV',
      host: withNetwork(false, { sriov_totalvfs: '63\n', sriov_numvfs: '0\n' }),
      ...network,
      gives: 'note',
      says: /up to 63.*03:00\.0\/sriov_numvfs/s,
    },
    {
      name: 'not to be read',
      host: withNetwork(false, { sriov_totalvfs: denied }),
      ...network,
      gives: 'unknown',
    },
  ],
  'device-is-virtual': [
    { name: 'hardware', host: station(), gives: 'passes' },
    { name: "QEMU's edu", host: withoutIommu('0x1234'), gives: 'note', says: /QEMU's.*0x1234/s },
    { name: "QEMU's edu, with an IOMMU", host: station({}, { vendor: '0x1234\n' }), gives: 'passes' },
    { name: 'not to be read', host: station({}, { vendor: denied }), gives: 'unknown' },
  ],
}

describeRules(adviceRules, examples)

describe('vendors of virtual devices', () => {
  it.each(virtualDevices)('$source', ({ vendor, what }) => {
    const machine = readMachine(withoutIommu(`0x${vendor.toString(16)}`))
    const device = machine.functions.find(({ address }) => address === '0000:01:00.0')!
    expect(checkDevice(machine, device, [deviceIsVirtual]).findings).toMatchObject([
      { kind: 'note', says: `it is ${what}, no hardware` },
    ])
  })
})
