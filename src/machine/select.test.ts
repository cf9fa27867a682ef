import { describe, expect, it } from 'vitest'
import { madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { readMachine } from './read-machine.js'
import { selectFunctions } from './select.js'

const machine = readMachine(
  madeHost({
    ...quietHost,
    ...madeFunction('0000:00:01.0', { class: 0x060400 }),
    ...madeFunction('0000:01:00.0', {
      above: 'pci0000:00/0000:00:01.0',
      vendor: 0x10de,
      device: 0x2206,
      class: 0x030000,
    }),
    ...madeFunction('0000:01:00.1', {
      above: 'pci0000:00/0000:00:01.0',
      vendor: 0x10de,
      device: 0x1aef,
      class: 0x040300,
    }),
    ...madeFunction('0000:00:0e.0', { class: 0x010400 }),
    ...madeFunction('10000:e1:00.0', {
      above: 'pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0',
      class: 0x010802,
    }),
    ...madeFunction('10000:e0:06.0', { above: 'pci0000:00/0000:00:0e.0/pci10000:e0', class: 0x060400 }),
  }),
)

function found(word: string): readonly string[] | string {
  const selection = selectFunctions(machine, word)
  return selection.kind === 'found' ? selection.functions.map(({ address }) => address) : selection.kind
}

describe('a DEVICE word', () => {
  it.each([
    ['0000:01:00.0', ['0000:01:00.0']],
    ['01:00.0', ['0000:01:00.0']],
    ['1:0.0', ['0000:01:00.0']],
    ['01:00', ['0000:01:00.0', '0000:01:00.1']],
    ['10000:e1:00.0', ['10000:e1:00.0']],
    ['10DE:2206', ['0000:01:00.0']],
    ['gpu', ['0000:01:00.0']],
    ['audio', ['0000:01:00.1']],
    ['nvme', ['10000:e1:00.0']],
    ['00:01.0/00.0', ['0000:01:00.0']],
    ['00:01.0/01:00.1', ['0000:01:00.1']],
    ['pci0000:00/0000:00:01.0/0000:01:00.0', ['0000:01:00.0']],
    ['pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0/10000:e1:00.0', ['10000:e1:00.0']],
  ])('%s', (word, addresses) => {
    expect(found(word)).toEqual(addresses)
  })

  it.each(['02:00.0', 'e1:00.0', '10de:0000', 'usb', '00:01.0/00.2', '00:02.0/00.0', '01:00.0/00.0'])(
    '%s fits none here',
    (word) => {
      expect(found(word)).toBe('none')
    },
  )

  it.each(['', 'card', '01:00.8', '10de', '10de:', '/', '00:01.0/', 'constructor', '10de:22067'])(
    '%j is not a device word',
    (word) => {
      expect(found(word)).toBe('not-a-device')
    },
  )

  it('counts the functions that it could not compare', () => {
    const host = madeHost({
      ...quietHost,
      ...madeFunction('0000:00:02.0', { files: { class: { fails: 'unrecorded' } } }),
    })
    expect(selectFunctions(readMachine(host), 'gpu')).toEqual({ kind: 'none', unread: 1 })
    const placeless = madeHost({
      ...quietHost,
      ...madeFunction('0000:01:00.0'),
      '/sys/bus/pci/devices/0000:01:00.0': { fails: 'unrecorded' },
    })
    expect(selectFunctions(readMachine(placeless), '00:01.0/00.0')).toEqual({ kind: 'none', unread: 1 })
  })
})
