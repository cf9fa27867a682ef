/**
 * Pasted text of real machines: `machines/*` and the text above each hex dump of the corpus, which lies beside the
 * checkout where it is there at all.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigSpace, capabilityIdFromText, decodeFunction } from '../pci/index.js'
import type { FileBytes, Host } from './host.js'
import { readReport } from './lspci/report.js'
import { lspciHost } from './lspci-text.js'

const shared = process.env.HANDOVER_SHARED ?? resolve(import.meta.dirname, '../../../shared')
const corpus = join(shared, 'corpus')
const under = (folder: string, name = '') =>
  existsSync(join(corpus, folder))
    ? readdirSync(join(corpus, folder))
        .map((entry) => join(folder, entry, name))
        .filter((path) => statSync(join(corpus, path)).isFile())
    : []
const machines = under('machines', 'lspci.txt')
const dumps = [...under('hexdumps'), ...under('hexdumps/pciutils')]
const all = [...machines, ...dumps]
const note = all.length === 0 ? ' (skipped: no shared/corpus beside this checkout)' : ''
const textOf = (path: string) => readFileSync(join(corpus, path), 'utf8')

const hexRow = /^\s*[0-9a-f]{2,3}:( [0-9a-f]{2}){1,16}\s*$/
const titleLine = /^\s*(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s/

const addressesOf = (host: Host) => {
  const read = host.list('/sys/bus/pci/devices')
  return read.kind === 'value' ? read.value : []
}
const configOf = (host: Host, address: string): FileBytes | undefined => {
  const read = host.readBytes(`/sys/bus/pci/devices/${address}/config`)
  return read.kind === 'value' ? read.value : undefined
}

/** Everything that a host of pasted text can be asked. */
function snapshot(host: Host): string {
  const texts = [
    'vendor',
    'device',
    'class',
    'revision',
    'subsystem_vendor',
    'subsystem_device',
    'irq',
    'numa_node',
  ]
  texts.push('resource', 'secondary_bus_number', 'subordinate_bus_number', 'sriov_totalvfs', 'sriov_numvfs')
  const answers: Record<string, unknown> = {}
  for (const address of addressesOf(host)) {
    const folder = `/sys/bus/pci/devices/${address}`
    for (const name of texts) answers[`${address} ${name}`] = host.readText(`${folder}/${name}`)
    for (const name of ['', '/driver', '/iommu_group', '/physfn'])
      answers[`${address} ->${name}`] = host.readLink(`${folder}${name}`)
    for (const name of ['name', 'class-name', 'subsystem-name'])
      answers[`${address} ${name}`] = host.readText(`/handover/lspci/${address}/${name}`)
    const config = configOf(host, address)
    answers[`${address} config`] =
      config && [config.bytes, config.known].map((one) => Buffer.from(one!).toString('hex'))
  }
  return JSON.stringify(answers, undefined, 1)
}

describe(`pasted lspci text of real machines${note}`, () => {
  it.skipIf(all.length === 0).each(all)('%s: every function is found', (path) => {
    const text = textOf(path)
    const titles = text.split('\n').flatMap((line) => {
      const [, domain = '0000', address] = titleLine.exec(line) ?? []
      return address === undefined ? [] : [`${domain}:${address}`]
    })
    expect(titles.length).toBeGreaterThan(0)
    expect([...addressesOf(lspciHost(text, path))].sort()).toEqual([...new Set(titles)].sort())
  })

  it.skipIf(machines.length === 0).each(machines)('%s: the kernel’s groups are those printed', (path) => {
    const file = path.replace('lspci.txt', 'groups.json')
    const { groups } = JSON.parse(textOf(file)) as { groups: Record<string, number> }
    const host = lspciHost(textOf(path), path)
    const groupOf = (address: string) => {
      const link = host.readLink(`/sys/bus/pci/devices/${address}/iommu_group`)
      return link.kind === 'value' ? link.value.split('/').at(-1) : undefined
    }
    for (const [address, group] of Object.entries(groups)) {
      const told = groupOf(address)
      // groups.json has another number here than the text beside it.
      if (path.includes('atharva-imac') && address === '0000:00:1f.5') expect(told).toBe('10')
      else if (told !== undefined) expect(`${address} ${told}`).toBe(`${address} ${group}`)
    }
  })

  it.skipIf(all.length === 0).each(all)(
    '%s: the printed capabilities are found again by their chain',
    (path) => {
      const host = lspciHost(withoutRows(textOf(path)), path)
      for (const { address, capabilities } of readReport(textOf(path))) {
        const config = configOf(host, address)
        const printed = capabilities.filter(({ text }) => !/^<chain/.test(text))
        // A capability of a name that no table has ends the chain.
        const unknownAt = printed.findIndex(
          ({ text, offset }) => capabilityIdFromText(text, offset >= 0x100) === undefined,
        )
        const expected = printed.slice(0, unknownAt < 0 ? undefined : unknownAt).map(({ offset }) => offset)
        const found =
          config === undefined ? [] : decodeFunction(new ConfigSpace(config.bytes, config.known)).capabilities
        expect(found.map(({ offset }) => offset).slice(0, expected.length), address).toEqual(expected)
      }
    },
  )

  // What a text goes through before it is read.
  const ways: readonly (readonly [string, (text: string) => string])[] = [
    ['CRLF', (text) => text.replaceAll('\n', '\r\n')],
    ['quoted', (text) => text.replace(/^/gm, '> ')],
    ['quoted twice', (text) => text.replace(/^/gm, '>> ')],
    ['quoted by hand', (text) => text.replace(/^/gm, '>')],
    ['tabs as spaces', (text) => text.replaceAll('\t', '        ')],
    ['no indentation', (text) => text.replace(/^[ \t]+/gm, '')],
    ['a blank line after each', (text) => text.replaceAll('\n', '\n\n')],
    ['in a terminal’s colours', (text) => text.replace(/^(\S+)/gm, '\u001b[1;32m$1\u001b[0m')],
    ['prose around it', (text) => `Hello,\n\nthis is 01:00.0, I think:\n\n${text}\n\nThanks!\n`],
  ]
  const plain = new Map<string, string>()
  const plainSnapshot = (path: string) => {
    let found = plain.get(path)
    if (found === undefined) {
      found = snapshot(lspciHost(textOf(path), path))
      plain.set(path, found)
    }
    return found
  }
  it.skipIf(all.length === 0).each(ways)('is the same host %s', (_, change) => {
    for (const path of all) {
      const text = textOf(path)
      expect(snapshot(lspciHost(change(text), path)), path).toBe(plainSnapshot(path))
    }
  })

  it.skipIf(all.length === 0)('is the same host with its long lines wrapped and quoted', () => {
    for (const path of all) {
      const text = textOf(path)
      expect(snapshot(lspciHost(wrapped(text, 76), path)), path).toBe(plainSnapshot(path))
    }
  })
})

function withoutRows(text: string): string {
  return text
    .split('\n')
    .filter((line) => !hexRow.test(line))
    .join('\n')
}

/** Lines broken at a space after `columns` characters, each piece quoted, as mailers do. */
function wrapped(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const pieces: string[] = []
      let rest = line.replace(/\r$/, '')
      while (rest.length > columns) {
        const at = rest.lastIndexOf(' ', columns)
        if (at <= rest.search(/\S/)) break
        pieces.push(rest.slice(0, at))
        rest = rest.slice(at + 1)
      }
      return [...pieces, rest]
    })
    .map((line) => `> ${line}`)
    .join('\n')
}

/** Bits that the text above a hex dump tells otherwise than the dump. */
const explained: readonly {
  readonly path: string
  readonly address: string
  readonly at: number
  readonly why: string
}[] = [
  {
    path: 'hexdumps/BD4-logs-lspci.txt',
    address: '0000:ff:1e.3',
    at: 0x10,
    why: 'something of its own stands where a BAR would: the kernel found no size, so lspci prints no region',
  },
  {
    path: 'hexdumps/pciutils/cap-dev3',
    address: '0000:01:00.0',
    at: 0x183,
    why: 'the text was printed by an lspci that knew fewer capabilities and was shortened: its chain ends too early',
  },
  {
    path: 'hexdumps/pciutils/cap-pcie-1',
    address: '0000:00:01.0',
    at: 0xae,
    why: 'an lspci of 2009 printed the root capabilities from another register',
  },
]

describe(`the text above hex dumps${note}`, () => {
  it.skipIf(all.length === 0)('agrees with the bytes on every bit that it tells', () => {
    const used = new Set<(typeof explained)[number]>()
    const wrong: string[] = []
    let told = 0
    let functions = 0
    for (const path of all) {
      const text = textOf(path)
      const fromText = lspciHost(withoutRows(text), path)
      for (const { address, rows } of readReport(text)) {
        const config = configOf(fromText, address)
        if (config === undefined || rows.length === 0) continue
        functions++
        for (const { at, bytes } of rows) {
          for (const [i, byte] of bytes.entries()) {
            const known = config.known![at + i] ?? 0
            told += known.toString(2).replaceAll('0', '').length
            if (((byte ^ (config.bytes[at + i] ?? 0)) & known) === 0) continue
            const why = explained.find(
              (one) => one.path === path && one.address === address && one.at === at + i,
            )
            if (why) used.add(why)
            else wrong.push(`${path} ${address} at 0x${(at + i).toString(16)}`)
          }
        }
      }
    }
    expect(wrong).toEqual([])
    expect(used.size).toBe(explained.length)
    expect(functions).toBeGreaterThan(300)
    // A third of what a header and its capabilities hold; a parser that tells less has lost something.
    expect(told).toBeGreaterThan(120_000)
  })
})
