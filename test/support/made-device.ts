import type { Host } from '../../src/host/index.js'
import { denied, type Made, madeConfig, madeFunction, madeHost, quietHost } from './made-host.js'

type Facts = NonNullable<Parameters<typeof madeFunction>[1]>

/** Bytes to write over configuration space, by offset: 32 bits each. */
export type Dwords = Readonly<Record<number, number>>

/**
 * A computer with a root port 0000:00:01.0 and below it the function 0000:01:00.0, of group 1. `config` is written over
 * a header without capabilities; `more`: further files.
 */
export function madeCard(
  facts: Omit<Facts, 'config'> & { readonly config?: Dwords | 'denied' } = {},
  more: Readonly<Record<string, Made>> = {},
): Host {
  const { vendor = 0x8086, device = 0x1234, class: code = 0x020000 } = facts
  const { config = {}, ...rest } = facts
  return madeHost({
    ...quietHost,
    ...madeFunction('0000:00:01.0', {
      device: 0x1901,
      class: 0x060400,
      driver: 'pcieport',
      group: 1,
      config: madeConfig({ device: 0x1901, class: 0x060400, headerType: 1 }),
      files: { secondary_bus_number: '1\n' },
    }),
    ...below(0, { ...rest, vendor, device, class: code }),
    [`${folder}/0000:01:00.0/config`]:
      config === 'denied' ? denied : configOf({ vendor, device, class: code }, config),
    ...more,
  })
}

const folder = '/sys/devices/pci0000:00/0000:00:01.0'

/** The function 0000:01:00.N, beside that of {@link madeCard}. */
export function below(number: number, facts: Facts = {}): Record<string, Made> {
  return madeFunction(`0000:01:00.${number}`, { above: 'pci0000:00/0000:00:01.0', group: 1, ...facts })
}

/** A file of 0000:01:00.0 where it really stands. */
export function cardFile(name: string): string {
  return `${folder}/0000:01:00.0/${name}`
}

/** 4096 bytes: a header, and what is written over it. */
function configOf(ids: Parameters<typeof madeConfig>[0], dwords: Dwords): Uint8Array {
  const bytes = new Uint8Array(4096)
  bytes.set(madeConfig(ids))
  const view = new DataView(bytes.buffer)
  for (const [at, value] of Object.entries(dwords)) view.setUint32(Number(at), value >>> 0, true)
  return bytes
}

/** Status with a capability list, and where it begins. */
export const listAt40: Dwords = { 4: 0x0010_0000, 52: 0x40 }

/** PCI Express endpoint at 0x40, alone; `flr`: with function level reset. */
export const express = (flr = false, next = 0): Dwords => ({
  ...listAt40,
  64: 0x0002_0010 | (next << 8),
  68: flr ? 1 << 28 : 0,
})

/** Power management at 0x80. */
export const power = (noSoftReset: boolean, next = 0): Dwords => ({
  128: 0x0003_0001 | (next << 8),
  132: noSoftReset ? 8 : 0,
})
