import {
  type HugePages,
  hugePagesFolder,
  knownValue,
  type Machine,
  memoryPath,
  nodeHugePagesFolder,
  nodesFolder,
  roughSizeText,
  transparentHugePagesPath,
} from '../../machine/index.js'
import { nodeOf, shortAddress } from './card.js'
import { type Decide, type Decision, decision, type Wish } from './wish.js'

const mebibyte = 1024n ** 2n
const gibibyte = 1024n ** 3n
/** What the host needs for itself, at the least; the rule memory-size says the same. */
const hostBytes = gibibyte
/** Microsoft, Windows 11 specifications. */
const windows11Bytes = 4n * gibibyte
const mostUnasked = 16n * gibibyte

/** How much, of which pages, of which node. */
export const memory: Decide = (machine, wish) => {
  const { system } = machine
  const total = system.memoryBytes
  const huge = knownValue(system.hugePages) ?? []
  const reserved = huge.reduce((sum, one) => sum + one.sizeBytes * BigInt(one.total), 0n)
  const ordinary = 'value' in total ? total.value - reserved : undefined
  if (ordinary === undefined && wish.memoryBytes === undefined)
    return {
      problems: [
        `how much memory the host has is not known (${memoryPath}): say how much the machine gets (--memory 8G)`,
      ],
    }
  const bytes = wish.memoryBytes ?? usual(ordinary!)
  const node = nodeFor(machine, wish, bytes)
  const pages = pagesFor(huge, bytes)
  const onNode =
    node === undefined || pages === undefined
      ? undefined
      : pagesFor(knownValue(system.hugePagesOf(node.number)) ?? [], bytes)
  // Pages set aside on another node are of no use to memory that is bound to this one.
  const used = node === undefined ? pages : onNode

  if (used === undefined && ordinary !== undefined && bytes + hostBytes > ordinary)
    return {
      problems: [
        `${roughSizeText(bytes)} of memory do not fit: the host has ${roughSizeText(ordinary)} of ordinary memory and wants ${roughSizeText(hostBytes)} of it for itself` +
          (reserved > 0n ? `; ${roughSizeText(reserved)} more are set aside as huge pages` : ''),
      ],
    }
  const because =
    wish.memoryBytes === undefined
      ? `Half of what the host has, ${roughSizeText(mostUnasked)} at most${wish.devices.length > 0 ? '; all of it is pinned while the machine runs' : ''}`
      : null
  return {
    notes:
      wish.os === 'windows11' && bytes < windows11Bytes
        ? [`the setup of Windows 11 asks for ${roughSizeText(windows11Bytes)} of memory`]
        : [],
    decisions: [
      decision('memory', sizeWord(bytes), because, {
        evidence: ordinary === undefined ? [] : [{ path: memoryPath, value: roughSizeText(ordinary) }],
        ...(because === null ? {} : { rule: 'memory-size' }),
      }),
      ...hugePages(machine, bytes, huge, used, pages !== undefined && used === undefined, node?.number),
      ...(node === undefined ? [] : [node.decision]),
    ],
  }
}

function usual(ordinary: bigint): bigint {
  const half = ordinary / 2n / gibibyte
  const most = mostUnasked / gibibyte
  return (half < 1n ? 1n : half > most ? most : half) * gibibyte
}

/** The largest pages of which enough are free. */
function pagesFor(pages: readonly HugePages[], bytes: bigint): HugePages | undefined {
  return pages
    .filter(({ sizeBytes, free }) => bytes % sizeBytes === 0n && BigInt(free) * sizeBytes >= bytes)
    .toSorted((a, b) => Number(b.sizeBytes - a.sizeBytes))[0]
}

function hugePages(
  { system }: Machine,
  bytes: bigint,
  sizes: readonly HugePages[],
  used: HugePages | undefined,
  isElsewhere: boolean,
  node: number | undefined,
): readonly Decision[] {
  if (used !== undefined) {
    const folder = node === undefined ? hugePagesFolder : nodeHugePagesFolder(node)
    const path = `${folder}/hugepages-${used.sizeBytes / 1024n}kB/free_hugepages`
    return [
      decision(
        'huge-pages',
        sizeWord(used.sizeBytes),
        `${used.free} such pages are free${node === undefined ? '' : ` on node ${node}`}: memory is pinned faster, and translated faster`,
        { rule: 'huge-pages', evidence: [{ path, value: String(used.free) }] },
      ),
    ]
  }
  const transparent = knownValue(system.transparentHugePages)
  const because = isElsewhere
    ? `Huge pages are set aside on another node than ${node}; those of it are told in ${nodeHugePagesFolder(node!)}`
    : transparent === 'always' || transparent === 'madvise'
      ? `None are set aside for it; the kernel makes transparent ones by itself. To set some aside at every start, before memory is in pieces: ${settingAside(bytes, sizes, node)}`
      : 'None are set aside for it'
  return [
    decision('huge-pages', null, because, {
      rule: 'huge-pages',
      evidence:
        transparent === undefined || transparent === null
          ? []
          : [{ path: transparentHugePagesPath, value: transparent }],
    }),
  ]
}

/**
 * Pages of 1 GiB where the kernel lists them, as it does when the processor has them (Linux arch/x86/mm/hugetlbpage.c
 * gigantic_pages_init), and they come out even. `node:count` is of that node alone (Documentation/admin-guide/kernel-parameters.txt,
 * hugepages=); `plan` takes a node by its devices only, and would hand them over too.
 */
function settingAside(bytes: bigint, sizes: readonly HugePages[], node: number | undefined): string {
  const has1G = sizes.some(({ sizeBytes }) => sizeBytes === gibibyte)
  const size = has1G && bytes % gibibyte === 0n ? gibibyte : 2n * mebibyte
  const count = (bytes + size - 1n) / size
  return node === undefined
    ? `handover plan --huge-pages ${sizeWord(count * size)}${size === gibibyte ? ':1G' : ''} --boot`
    : `hugepagesz=${sizeWord(size)} hugepages=${node}:${count} on the command line of the kernel`
}

/** The node of the first device that says one, where there are several and memory fits it. */
function nodeFor(
  { system }: Machine,
  { devices }: Wish,
  bytes: bigint,
): { readonly number: number; readonly decision: Decision } | undefined {
  const nodes = (knownValue(system.memoryNodes) ?? []).filter(({ totalBytes }) => totalBytes > 0n)
  if (nodes.length < 2) return undefined
  const near = nodeOf(devices)
  const node = nodes.find(({ number }) => number === near?.node)
  if (near === undefined || node === undefined || node.totalBytes < bytes + hostBytes / 2n) return undefined
  const { device } = near
  const { number, totalBytes } = node
  return {
    number,
    decision: decision(
      'memory-node',
      number,
      `${shortAddress(device)} stands at this NUMA node, which has ${roughSizeText(totalBytes)}`,
      {
        rule: 'numa-node',
        evidence: [
          { path: `/sys/bus/pci/devices/${device.address}/numa_node`, value: String(number) },
          { path: `${nodesFolder}/node${number}/meminfo`, value: roughSizeText(totalBytes) },
        ],
      },
    ),
  }
}

/** `16G`, `1536M` */
export function sizeWord(bytes: bigint): string {
  return bytes % gibibyte === 0n ? `${bytes / gibibyte}G` : `${bytes / mebibyte}M`
}
