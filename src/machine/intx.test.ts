import { describe, expect, it } from 'vitest'
import { denied, madeConfig, madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { intxMasking, knownIntx } from './intx.js'
import { readMachine } from './read-machine.js'

const pin = 0x3d
const command = 0x04

function masking(
  set: (config: Uint8Array) => void,
  ids: { readonly vendor?: number; readonly device?: number } = {},
  length = 256,
) {
  const config = madeConfig(ids)
  set(config)
  const files = { ...quietHost, ...madeFunction('0000:00:02.0', { ...ids, config: config.slice(0, length) }) }
  return intxMasking(readMachine(madeHost(files)).functions[0]!)
}

/** A PCI Express capability, alone in the list. */
function makeExpress(config: Uint8Array): void {
  config[0x06] = 0x10
  config[0x34] = 0x40
  config[0x40] = 0x10
  config[0x42] = 0x02
}

describe('masking INTx', () => {
  it('is no question without an interrupt pin', () => {
    expect(masking(() => undefined)).toEqual({ value: { verdict: 'no-intx' } })
  })

  it('works where the bit is set', () => {
    expect(masking((config) => config.set([1], pin) ?? config.set([0, 0x04], command))).toEqual({
      value: { verdict: 'works' },
    })
  })

  it('is demanded by PCI Express, and not by what came before', () => {
    expect(
      masking((config) => {
        config[pin] = 1
        makeExpress(config)
      }),
    ).toEqual({ value: { verdict: 'expected' } })
    expect(masking((config) => config.set([1], pin))).toEqual({ value: { verdict: 'untried' } })
  })

  it('is not known where it cannot be told which of the two it is', () => {
    const express = (config: Uint8Array) => {
      config[pin] = 1
      makeExpress(config)
    }
    expect(masking(express, {}, 64)).toMatchObject({ unknown: expect.stringContaining('only root') })
    expect(masking(express, {}, 32)).toMatchObject({ unknown: 'the interrupt pin is not told' })
    const files = { ...quietHost, ...madeFunction('0000:00:02.0', { files: { config: denied } }) }
    expect(intxMasking(readMachine(madeHost(files)).functions[0]!)).toMatchObject({ unknown: 'denied' })
  })

  it.each(
    knownIntx.map(({ vendor, devices: [first, last], verdict }) => [vendor, first, last, verdict] as const),
  )('of %i:%i-%i is what Linux knows: %s, whatever the bit says', (vendor, first, last, verdict) => {
    const set = (config: Uint8Array) => {
      config[pin] = 1
      config[command + 1] = 0x04
    }
    for (const device of [first, last])
      expect(masking(set, { vendor, device })).toEqual({ value: { verdict } })
    expect(masking(set, { vendor: vendor ^ 1, device: first })).toEqual({ value: { verdict: 'works' } })
  })
})
