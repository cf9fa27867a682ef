/** Predicted groups of real machines against those that their kernels made. The dumps lie beside the checkout where they are there at all. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openHost } from '../host/index.js'
import { readMachine } from '../machine/index.js'
import { predictGroups } from './predict.js'

const shared = process.env.HANDOVER_SHARED ?? resolve(import.meta.dirname, '../../../shared')
const folder = join(shared, 'corpus/machines')
const machines = existsSync(folder) ? readdirSync(folder) : []
const scratch = mkdtempSync(join(tmpdir(), 'handover-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const hexLine = /^\s*[0-9a-f]{2,3}:(?: [0-9a-f]{2}){1,16}\s*$/
const titleLine = /^\s*(?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7] /

const textOf = (name: string) => readFileSync(join(folder, name, 'lspci.txt'), 'utf8')
const isHex = (name: string) =>
  textOf(name)
    .split('\n')
    .some((line) => /^\s*f0: /.test(line))

async function predict(name: string, text: string) {
  const file = join(scratch, name)
  writeFileSync(file, text)
  return predictGroups(readMachine(await openHost(file)))
}

/** Where the text that the kernel's own sysfs was printed into contradicts `groups.json`: "IOMMU group: 10", not 20. */
const printed: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'atharva-imac': { '0000:00:1f.5': 10 },
}

/** The kernel's groups, as lists of addresses, in the order of their lowest members. */
function kernelGroups(name: string): readonly (readonly string[])[] {
  const { groups } = JSON.parse(readFileSync(join(folder, name, 'groups.json'), 'utf8')) as {
    groups: Record<string, number>
  }
  Object.assign(groups, printed[name])
  const lists = new Map<number, string[]>()
  for (const [address, group] of Object.entries(groups))
    lists.set(group, [...(lists.get(group) ?? []), address])
  return sorted([...lists.values()])
}

function sorted(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.map((list) => list.toSorted()).sort((a, b) => (a[0]! < b[0]! ? -1 : 1))
}

/**
 * Functions of the text that the kernel put in no group and the prediction does: on this machine another system had
 * switched the IOMMU off for the processor's own graphics.
 */
const without: Readonly<Record<string, readonly string[]>> = { galaxybook: ['0000:00:02.0'] }

async function compare(name: string, text: string) {
  const { groups, unknown } = await predict(name, text)
  const gone = without[name] ?? []
  const predicted = groups
    .map(({ functions }) => functions.filter((address) => !gone.includes(address)))
    .filter((list) => list.length > 0)
  expect(unknown.map((one) => [one.function, ...one.missing])).toEqual([])
  expect(sorted(predicted)).toEqual(kernelGroups(name))
}

describe.skipIf(machines.length === 0)('real machines', () => {
  it.each(machines)('%s', (name) => compare(name, textOf(name)))
  it.each(machines)('%s, with every ACSCtl line removed', (name) =>
    compare(name, textOf(name).replace(/^.*ACSCtl:.*\n/gm, '')),
  )
  it.each(machines.filter(isHex))('%s, from the hexdump alone', (name) =>
    compare(
      name,
      textOf(name)
        .split('\n')
        .filter((line) => hexLine.test(line) || titleLine.test(line))
        // Of the title no more than the address, and the least that still is a title.
        .map((line) => line.replace(/^(\s*[0-9a-f:]+\.[0-7] ).*$/, '$1Class: Name'))
        .join('\n'),
    ),
  )
})

it.skipIf(machines.length > 0)(
  'real machines: skipped, since shared/corpus does not lie beside this checkout',
  () => {
    expect(machines).toEqual([])
  },
)
