import type { RunRecord } from '../run/record.js'
import { metadataSpace } from './domain.js'
import { unescaped } from './xml.js'

/** What libvirt's XML of a domain says. */
export interface DomainFacts
  extends Pick<RunRecord, 'name' | 'addresses' | 'disks' | 'memoryBytes' | 'cpus'> {
  /** The description's file; null: this program did not write the domain. */
  readonly file: string | null
  readonly runs: boolean
  readonly kvm: boolean
  /** Whether a guest agent is connected; null: it has no channel. */
  readonly agent: boolean | null
}

/**
 * As `virsh dumpxml` prints it. libvirt writes each kind of element always in the same way, with single quotes
 * (src/conf/domain_conf.c, virDomainDefFormat...); `<metadata>` is printed by libxml2, with double ones.
 */
export function readDomain(xml: string): DomainFacts {
  const head = /<domain [^>]*>/.exec(xml)?.[0] ?? ''
  const machine = elementOf(xml, `[\\w:]+machine [^>]*"${metadataSpace}"`)
  const file = / file="([^"]*)"/.exec(machine)?.[1]
  const agent = /<target type='virtio' name='org\.qemu\.guest_agent\.0'(?: state='(\w+)')?/.exec(xml)
  return {
    name: /<name>(.*)<\/name>/.exec(xml)?.[1] ?? '',
    file: file === undefined ? null : unescaped(file),
    runs: / id='\d+'/.test(head),
    kvm: head.startsWith("<domain type='kvm'"),
    memoryBytes: Number(/<memory unit='KiB'>(\d+)</.exec(xml)?.[1]) * 1024,
    cpus: Number(/<vcpu[^>]*>(\d+)</.exec(xml)?.[1]),
    addresses: elements(xml, 'hostdev').flatMap(addressOf),
    disks: elements(xml, 'disk').flatMap((disk) => {
      const source = /<source (?:file|dev)='([^']*)'/.exec(disk)?.[1]
      return source === undefined ? [] : [{ file: unescaped(source), readonly: disk.includes('<readonly/>') }]
    }),
    agent: agent === null ? null : agent[1] === 'connected',
  }
}

/** `0000:01:00.0` */
function addressOf(hostdev: string): readonly string[] {
  const [, domain, bus, slot, number] =
    /^<hostdev mode='subsystem' type='pci'.*<source[^>]*>\s*<address domain='0x(\w+)' bus='0x(\w+)' slot='0x(\w+)' function='0x(\w)'/s.exec(
      hostdev,
    ) ?? []
  return domain === undefined ? [] : [`${domain}:${bus}:${slot}.${number}`]
}

function elements(xml: string, name: string): readonly string[] {
  return xml.match(new RegExp(`<${name} .*?</${name}>`, 'gs')) ?? []
}

function elementOf(xml: string, head: string): string {
  return new RegExp(`<${head}[^>]*>`).exec(xml)?.[0] ?? ''
}
