import { describe, expect, it } from 'vitest'
import {
  denied,
  type Made,
  madeConfig,
  madeFunction,
  madeHost,
  quietHost,
} from '../../test/support/made-host.js'
import { HostWriteError, type Read, type WritableHost } from '../host/index.js'
import { readMachine } from '../machine/index.js'
import { readRom } from './read-rom.js'
import { status } from './status.js'

const path = '/sys/bus/pci/devices/0000:01:00.0/rom'
const none = '0x0000000000000000 0x0000000000000000 0x0000000000000000\n'
const resource = (rom: string) => none.repeat(6) + rom + none.repeat(6)
const onCard = resource('0x00000000f7000000 0x00000000f707ffff 0x0000000000046200\n')
const shadow = resource('0x00000000000c0000 0x00000000000dffff 0x0000000000000212\n')
const image = Uint8Array.of(0x55, 0xaa, 1, 2)

/** A host with one card whose `rom` behaves as the kernel's: it reads only while 1 is the last thing written to it. */
function cardHost(
  files: Readonly<Record<string, Made>>,
  read: Read<{ bytes: Uint8Array }> | (() => never) = { kind: 'value', value: { bytes: image } },
  refuse?: string,
) {
  const config = madeConfig({ class: 0x030000 })
  config[4] = 0x06
  const host = madeHost({
    ...quietHost,
    ...madeFunction('0000:01:00.0', { class: 0x030000, config, files: { resource: onCard, ...files } }),
  })
  const written: string[] = []
  const made: WritableHost = {
    ...host,
    readBytes: (asked, limit) => {
      if (asked !== path) return host.readBytes(asked, limit)
      if (written.at(-1) !== '1') return { kind: 'error', code: 'EINVAL' }
      return typeof read === 'function' ? read() : read
    },
    writeText: (asked, text) => {
      expect(asked).toBe(path)
      if (refuse) throw new HostWriteError(asked, text, refuse)
      written.push(text)
    },
  }
  const f = readMachine(made).functions[0]!
  return { read: () => readRom(made, f), written }
}

describe('reading an option ROM', () => {
  it('switches it on and off again', () => {
    const { read, written } = cardHost({})
    expect(read()).toEqual({ bytes: image, source: 'card' })
    expect(written).toEqual(['1', '0'])
  })

  it('knows the shadow copy by its flag, which needs no card that is awake', () => {
    expect(cardHost({ resource: shadow, power_state: 'D3hot\n' }).read().source).toBe('shadow')
  })

  it.each<[string, Parameters<typeof cardHost>[1]]>([
    ['fails', { kind: 'error', code: 'EIO' }],
    ['is denied', { kind: 'denied' }],
    ['gives nothing', { kind: 'value', value: { bytes: new Uint8Array() } }],
    [
      'throws',
      () => {
        throw new Error('unforeseen')
      },
    ],
  ])('switches it off also when the read %s', (_, result) => {
    const { read, written } = cardHost({}, result)
    expect(read).toThrow()
    expect(written).toEqual(['1', '0'])
  })

  it.each<[string, Readonly<Record<string, Made>>, RegExp]>([
    ['has none', { resource: none.repeat(13) }, /has no option ROM/],
    ['may have one that cannot be told', { resource: denied }, /only root may read/],
    ['sleeps', { power_state: 'D3hot\n' }, /sleeps \(D3hot\)/],
  ])('touches nothing of a card that %s', (_, files, message) => {
    const { read, written } = cardHost(files)
    expect(read).toThrow(message)
    expect(written).toEqual([])
  })

  const failure = (...made: Parameters<typeof cardHost>) => {
    try {
      cardHost(...made).read()
    } catch (error) {
      return error as Error & { readonly status?: number; readonly next?: readonly string[] }
    }
    throw new Error('it did not fail')
  }

  it('says what to do about each failure', () => {
    const ones = { kind: 'value', value: { bytes: new Uint8Array(64).fill(0xff) } } as const
    expect(failure({}, ones)).toMatchObject({
      message: expect.stringContaining('0xff'),
      status: status.failed,
    })
    expect(failure({ config: madeConfig() }, ones).next?.join()).toContain('its memory is switched off')
    expect(failure({}, { kind: 'error', code: 'EIO' }).next?.join()).toContain('no room to map it')
    expect(failure({}, { kind: 'denied' }).status).toBe(status.privilege)
    expect(failure({}, undefined, 'EACCES')).toBeInstanceOf(HostWriteError)
  })
})
