import { fileEdit, readAttribute, textAt } from '../../changes/index.js'
import {
  hugePagesFolder,
  knownValue,
  memoryPath,
  nodeHugePagesFolder,
  parseSize,
  roughSizeText,
  sizeText,
} from '../../machine/index.js'
import { byHand } from '../boot/by-hand.js'
import { type About, known, WishError, type Wished, written } from './wish.js'

const tmpfiles = '/usr/bin/systemd-tmpfiles'

/**
 * Memory set aside as huge pages, near the devices where all of them are at one of several NUMA nodes. Now by `nr_hugepages`;
 * at every start by a line of tmpfiles.d(5), which is read before anything that needs much memory starts, so that there are
 * pages of 1 GiB too (Linux Documentation/admin-guide/mm/hugetlbpage.rst). It is how many there are, not how many more.
 */
export function planHugePages(wish: string, { host, machine, devices, boot }: About): Wished {
  const option = `--huge-pages ${wish}`
  const [total, page] = wish.split(':').map(parseSize)
  if (total === undefined || (wish.includes(':') && page === undefined) || wish.split(':').length > 2)
    throw new WishError(option, 'give a size, as 16G, or a size and that of a page: 16G:1G')
  const usual = /^Hugepagesize: *(\d+) kB$/m.exec(textAt(host, memoryPath) ?? '')?.[1]
  const sizes = known(machine.system.hugePages).map(({ sizeBytes }) => sizeBytes)
  const size = page ?? (usual === undefined ? undefined : BigInt(usual) * 1024n)
  if (size === undefined || !sizes.includes(size))
    throw new WishError(
      option,
      `this computer has no such pages: it has ${sizes.map(sizeText).join(', ') || 'none'}`,
    )
  if (total % size !== 0n)
    throw new WishError(option, `that is no whole number of pages of ${sizeText(size)}`)

  const nodes = known(machine.system.memoryNodes)
  const [near, ...others] = new Set(devices.map((f) => knownValue(f.numaNode) ?? null))
  const node =
    nodes.length > 1 && others.length === 0 ? nodes.find(({ number }) => number === near) : undefined
  const memory = node?.totalBytes ?? known(machine.system.memoryBytes)
  const where = node === undefined ? 'this computer' : `NUMA node ${node.number}, where the device is,`
  if (total >= memory) throw new WishError(option, `${where} has ${roughSizeText(memory)} of memory`)

  const folder = `${node === undefined ? hugePagesFolder : nodeHugePagesFolder(node.number)}/hugepages-${size / 1024n}kB`
  const path = `${folder}/nr_hugepages`
  const title = `huge pages of ${sizeText(size)}${node === undefined ? '' : ` at NUMA node ${node.number}`}`
  const count = String(total / size)
  if (!boot)
    return {
      changes: [
        {
          kind: 'attribute',
          title,
          path,
          before: readAttribute(host, path),
          after: count,
          ifLess: `memory is in use or in pieces: ask for less, or plan it with --boot`,
        },
      ],
    }
  if (host.list('/run/systemd/system').kind !== 'value' || host.readBytes(tmpfiles, 1).kind !== 'value')
    return {
      changes: [],
      byHand: [byHand('there is no systemd', `have ${count} written to ${path} at every start`)],
    }
  const file = `/etc/tmpfiles.d/handover-huge-pages-${node === undefined ? '' : `node${node.number}-`}${size / 1024n}kB.conf`
  return {
    changes: [
      {
        kind: 'configuration',
        id: 'huge-pages',
        title: `${count} ${title} at every start`,
        edits: [fileEdit(host, file, `${written}\nw ${path} - - - - ${count}\n`)],
        commands: [],
      },
    ],
  }
}
