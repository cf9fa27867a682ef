import { expect, it } from 'vitest'
import { workstationFiles } from '../../test/support/made-computers.js'
import { link, madeHost } from '../../test/support/made-host.js'
import { record, recordedHost } from '../host/index.js'
import { readMachine } from '../machine/index.js'
import { checkDevice } from '../rules/index.js'
import { gather } from './gather.js'

it('which processes have a device open is not recorded, and not asked of a recording', () => {
  const card = '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0'
  const host = madeHost({
    ...workstationFiles,
    '/dev/null': '',
    '/sys/dev/char/226:0': link('../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0'),
    [`${card}/uevent`]: 'DEVNAME=dri/card0\n',
    [`${card}/subsystem`]: link('../../../../../../class/drm'),
    '/proc/812/comm': 'Xorg\n',
    '/proc/812/fd/9': link('/dev/dri/card0'),
  })
  const kindOf = (of: typeof host) => {
    const machine = readMachine(of)
    const device = machine.functions.find(({ address }) => address === '0000:01:00.0')!
    const { findings, passed, notHere } = checkDevice(machine, device)
    return [...findings, ...passed, ...notHere].find(({ rule }) => rule.id === 'device-holders')?.kind
  }
  const recording = record(
    host,
    { program: 'test', recorded: '2020-01-01T00:00:00Z', pseudonyms: false },
    gather,
  )
  expect(recording).not.toMatch(/Xorg|"\/proc\/\d+/)
  expect(kindOf(host)).toBe('warning')
  expect(kindOf(recordedHost(recording, 'made'))).toBe('not here')
})
