import { describe, expect, it } from 'vitest'
import { denied, link, type Made, madeHost } from '../../../test/support/made-host.js'
import { RoleFindings } from './search.js'
import { findTerminal } from './terminal.js'

function look(files: Readonly<Record<string, Made>>) {
  const findings = new RoleFindings()
  findTerminal(madeHost(files), findings)
  return findings.searches().terminal
}

describe('the terminal', () => {
  it('hangs on the PCI card or USB controller of its serial port', () => {
    const path = '../../devices/pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/ttyUSB0/tty/ttyUSB0'
    expect(
      look({ '/proc/self/fd/0': link('/dev/ttyUSB0'), '/sys/class/tty/ttyUSB0': link(path) }).functions,
    ).toEqual(['0000:00:14.0'])
  })

  it('is elsewhere on a port of the board', () => {
    const path = '../../devices/pnp0/00:04/tty/ttyS0'
    expect(look({ '/proc/self/fd/0': link('/dev/ttyS0'), '/sys/class/tty/ttyS0': link(path) })).toMatchObject(
      {
        functions: [],
        elsewhere: [{ path: '/sys/class/tty/ttyS0' }],
      },
    )
  })

  it.each(['/dev/pts/3', 'pipe:[123]', '/dev/null'])('is on no device for %s', (input) => {
    expect(look({ '/proc/self/fd/0': link(input) })).toEqual({ functions: [], elsewhere: [], unknown: [] })
  })

  it('is not known where that may not be read', () => {
    expect(look({ '/proc/self/fd/0': denied }).unknown).toHaveLength(1)
  })
})
