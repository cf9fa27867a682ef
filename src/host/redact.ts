import { isIPv4, isIPv6 } from 'node:net'
import type { KnownSecrets } from './known-secrets.js'
import {
  bytesOf,
  type Digest,
  euiBytes,
  hexOf,
  hostNameOf,
  ipv4Of,
  ipv6Of,
  refill,
  serialOf,
  userNameOf,
  uuidBytes,
} from './pseudonyms.js'

const uuidPattern = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'

/**
 * What is told by its form alone, wherever it stands. Of rows that fit at one place the first one counts. A pattern
 * covers the secret and no more; what must stand before it is a look-behind.
 */
const rows: readonly {
  readonly what: string
  readonly pattern: string
  replace(digest: Digest, found: string): string
}[] = [
  {
    what: 'file system, partition or disk, by its id (udev rules.d/60-persistent-storage.rules)',
    pattern: '(?<=\\b(?:PART)?UUID=["\']?|/by-(?:uuid|partuuid|id)/)[^\\s/,:"\']+',
    replace: diskName,
  },
  { what: 'UUID', pattern: uuidPattern, replace: uuid },
  {
    what: 'MAC address, EUI-64, InfiniBand address: six bytes and more',
    pattern: '[0-9a-f]{2}(?<between>[:-])[0-9a-f]{2}(?:\\k<between>[0-9a-f]{2}){4,}',
    replace: eui,
  },
  {
    what: 'interface named after its MAC address (systemd.net-naming-scheme(7))',
    pattern: '(?<=\\b(?:en|wl|ww|sl|ib)x)[0-9a-f]{12}(?![0-9a-f])',
    replace: eui,
  },
  {
    what: 'UUID without its dashes, IPv6 address in /proc/net',
    pattern: '(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z])',
    replace: uuid,
  },
  {
    what: 'world-wide name (Linux drivers/scsi/scsi_lib.c scsi_vpd_lun_id, drivers/nvme/host/sysfs.c wwid_show)',
    pattern:
      '(?<=\\b(?:eui\\.|naa\\.|wwn-0x))[0-9a-f]{16,32}|(?<=\\bnvme\\.[0-9a-f]{4}-)\\S+|(?<=\\bt10\\.)[^\\n]+',
    replace: serialOf,
  },
  {
    what: 'NVMe or iSCSI qualified name',
    pattern: '(?<=\\b[ni]qn\\.\\d{4}-\\d\\d\\.[^:\\s]*:)\\S+',
    replace: serialOf,
  },
  {
    what: 'id of a logical volume, of a disk with several paths',
    pattern: '(?<=\\bLVM-)[0-9a-z]{32,64}|(?<=\\blvm-pv-uuid-)[0-9a-z-]+|(?<=\\bmpath-)\\S+',
    replace: serialOf,
  },
  {
    what: 'id of an input device (Linux drivers/input/input.c)',
    pattern: '(?<=^U: Uniq=).+',
    replace: (digest, found) => whole(digest, found),
  },
  {
    what: 'folder of a person',
    pattern: '(?<=(?:(?:^|[\\s=:,"\'(@])/(?:(?:var/)?home|(?:run/)?media)|\\.\\./home)/)[^/\\s:,"\')]+',
    replace: userNameOf,
  },
  {
    what: 'user of a network file system (mount.cifs(8))',
    pattern: '(?<=\\buser(?:name)?=)[^,\\s]+',
    replace: userNameOf,
  },
  {
    what: 'password on the command line (rd.iscsi.password of dracut.cmdline(7), systemd.set_credential of systemd(1))',
    pattern:
      '(?<=(?:\\b|_)(?:password|passwd|passphrase|token|secret)=|set_credential(?:_binary)?=[^:\\s]*:)[^,\\s]+',
    replace: serialOf,
  },
  {
    what: 'serial number in the kernel’s log (Linux drivers/usb/core/hub.c show_string)',
    pattern: '(?<=\\bSerialNumber: )\\S[^\\n]*',
    replace: (digest, found) => whole(digest, found),
  },
  {
    what: 'SAS address in the kernel’s log (Linux drivers/scsi/mpt3sas/mpt3sas_scsih.c)',
    pattern: '(?<=\\bsas_addr(?:ess)?[(=: ]{1,2}0x)[0-9a-f]{16}',
    replace: serialOf,
  },
  {
    what: 'user in an audit record (Linux kernel/audit.c; audit userspace, acct)',
    pattern: '(?<=\\bacct=")(?!root")[^"]+',
    replace: userNameOf,
  },
  {
    what: 'host in an audit record, in what systemd says (src/shared/hostname-setup.c), of a file server (Linux net/sunrpc/clnt.c)',
    pattern: '(?<=\\bhostname=)[^\\s?,"]+|(?<=\\bHostname set to <)[^>\\s]+|(?<=\\bnfs: server )\\S+',
    replace: hostNameOf,
  },
  {
    what: 'user@host',
    pattern: '(?<=^|[\\s(,=])[\\w.-]+@[\\w.-]+(?=[:)\\s,]|$)',
    replace: (digest, found) => {
      const [user, host] = found.split('@')
      return `${userNameOf(digest, user!)}@${hostNameOf(digest, host!)}`
    },
  },
  { what: 'IPv4 address', pattern: '(?<![\\w.-])(?:\\d{1,3}\\.){3}\\d{1,3}(?!\\w|\\.\\d)', replace: ipv4 },
  {
    what: 'IPv6 address',
    pattern: '(?<![\\w.:])(?=[0-9a-f]*:[0-9a-f]*:)[0-9a-f:]{2,39}(?:(?:\\.\\d{1,3}){3})?(?![\\w:])',
    replace: ipv6,
  },
  {
    what: 'server of a network file system, in /proc/self/mountinfo (nfs(5), mount.cifs(8))',
    pattern: '(?<= - nfs4? )[^\\s:/[\\]]+(?=:)|(?<= - (?:cifs|smb3) //)[^\\s/[\\]]+',
    replace: hostNameOf,
  },
]

function uuid(digest: Digest, found: string): string {
  return isConstant(found) ? found : refill(found, hexOf(uuidBytes(digest, bytesOf(found))))
}

function eui(digest: Digest, found: string): string {
  return isConstant(found) ? found : refill(found, hexOf(euiBytes(digest, bytesOf(found))))
}

function ipv4(digest: Digest, found: string): string {
  return !isIPv4(found) || /^(0|127|255)\./.test(found) ? found : ipv4Of(digest, found)
}

function ipv6(digest: Digest, found: string): string {
  return !isIPv6(found) || /^[0:]*1?$/.test(found) ? found : ipv6Of(digest, found)
}

/** All zeros or all ones: nobody's. */
function isConstant(hex: string): boolean {
  return /^(0+|f+)$/i.test(hex.replace(/[^0-9a-f]/gi, ''))
}

/** A name in /dev/disk/by-id, by-uuid or by-partuuid: what kind it is, and which partition, stays. */
export function diskName(digest: Digest, name: string): string {
  const [, kind = '', id = '', part = ''] = diskNamePattern.exec(name) ?? []
  // What stands between UUIDs: `CRYPT-LUKS2-`, or another id.
  const pieces = id.split(new RegExp(`(${uuidPattern}|(?<![0-9a-z])[0-9a-f]{32}(?![0-9a-z]))`, 'i'))
  return `${kind}${pieces.map((piece, at) => (at % 2 === 1 ? uuid(digest, piece) : serialOf(digest, piece))).join('')}${part}`
}

const diskNamePattern =
  /^((?:ata|scsi|usb|nvme|mmc|virtio|ieee1394|memstick|wwn|dm|dm-name|dm-uuid|md-name|md-uuid|lvm-pv-uuid|luks)-)?(.*?)(-part\d+)?$/

/** A text that is nothing but one secret: a serial number, a world-wide name. */
export function whole(digest: Digest, text: string): string {
  const [, before = '', core = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(text) ?? []
  if (core === '' || /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(core)) return text
  const [, kind = '', id = ''] = /^(eui\.|naa\.|uuid\.|t10\.|nvme\.[0-9a-f]{4}-|)(.*)$/s.exec(core) ?? []
  const isUuid = new RegExp(`^(${uuidPattern}|[0-9a-f]{32})$`, 'i').test(id)
  const isEui = /^([0-9a-f]{2}([:-][0-9a-f]{2}){5,}|[0-9a-f]{4}(:[0-9a-f]{4}){3})$/i.test(id)
  return `${before}${kind}${isUuid ? uuid(digest, id) : isEui ? eui(digest, id) : serialOf(digest, id)}${after}`
}

/** Puts pseudonyms in place of secrets: what is known of this host, and what is told by its form. */
export class Redactor {
  readonly digest: Digest
  readonly #pattern: RegExp
  readonly #known: RegExp | undefined
  /** By their text in lower case, hexadecimal ones without separators. */
  readonly #replacements = new Map<string, (found: string) => string>()
  readonly #bytes: { readonly secret: Buffer; readonly pseudonym: Uint8Array }[] = []

  constructor(digest: Digest, known: KnownSecrets) {
    this.digest = digest
    const patterns = [
      ...known.bytes.flatMap((bytes) => this.#knownBytes(bytes, pseudonymOfBytes(digest, bytes))),
      ...known.serials.flatMap((serial) => this.#knownSerial(serial)),
      ...this.#knownNames(known.hosts, hostNameOf),
      ...this.#knownNames(known.users, userNameOf),
    ]
    const own = patterns.length === 0 ? [] : [`(?<known>${patterns.join('|')})`]
    this.#known = patterns.length === 0 ? undefined : new RegExp(own[0]!, 'gim')
    this.#pattern = new RegExp(
      [...own, ...rows.map(({ pattern }, at) => `(?<row${at}>${pattern})`)].join('|'),
      'gim',
    )
  }

  /** Any text. */
  text(text: string): string {
    return text.replace(this.#pattern, (found, ...rest) => {
      const groups = rest.at(-1) as Record<string, string | undefined>
      if (groups.known !== undefined) return this.#replaceKnown(found)
      return rows.find((_, at) => groups[`row${at}`] !== undefined)!.replace(this.digest, found)
    })
  }

  /** A text in which addresses cannot be told from version numbers: only what is known of this host. */
  knownIn(text: string): string {
    return this.#known === undefined ? text : text.replace(this.#known, (found) => this.#replaceKnown(found))
  }

  /** Replaces the known secrets in place, in either byte order. */
  bytes(bytes: Uint8Array): void {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (const { secret, pseudonym } of this.#bytes)
      for (let at = view.indexOf(secret); at >= 0; at = view.indexOf(secret, at + secret.length))
        view.set(pseudonym, at)
  }

  #replaceKnown(found: string): string {
    const text = found.toLowerCase()
    const replace = this.#replacements.get(text) ?? this.#replacements.get(text.replace(/[^0-9a-z]/g, ''))
    return replace === undefined ? serialOf(this.digest, found) : replace(found)
  }

  /** Forward, backward, and for 16 bytes as a GUID, whose first three fields are little-endian (SMBIOS 3.6, 7.2.1). */
  #knownBytes(secret: Uint8Array, pseudonym: Uint8Array): string[] {
    const orders = [(bytes: Uint8Array) => bytes, (bytes: Uint8Array) => bytes.toReversed()]
    if (secret.length === 16) orders.push(guidOrder, (bytes) => guidOrder(bytes).toReversed())
    return orders.map((order) => {
      const [from, to] = [order(secret), order(pseudonym)]
      this.#bytes.push({ secret: Buffer.from(from), pseudonym: to })
      this.#replacements.set(hexOf(from), (found) => refill(found, hexOf(to)))
      return hexOf(from).match(/../g)!.join('[ :._-]?')
    })
  }

  /** As text, backward, and as the hexadecimal of its characters. */
  #knownSerial(serial: string): string[] {
    const pseudonym = whole(this.digest, serial)
    const backward = (text: string) => Array.from(text).reverse().join('')
    const texts = [serial, backward(serial)].map((text, at) => {
      const to = at === 0 ? pseudonym : backward(pseudonym)
      this.#replacements.set(text.toLowerCase(), () => to)
      return literal(text)
    })
    return [...texts, ...this.#knownBytes(Buffer.from(serial), Buffer.from(pseudonym))]
  }

  #knownNames(names: readonly string[], pseudonymOf: (digest: Digest, name: string) => string): string[] {
    return names.flatMap((name) => {
      // LVM doubles the dashes of a volume group's name (dmsetup(8)).
      return [...new Set([name.replaceAll('-', '--'), name])].map((form) => {
        this.#replacements.set(form.toLowerCase(), () => pseudonymOf(this.digest, name))
        return `(?<![0-9a-z])${literal(form)}(?![0-9a-z])`
      })
    })
  }
}

function pseudonymOfBytes(digest: Digest, bytes: Uint8Array): Uint8Array {
  return bytes.length === 16 ? uuidBytes(digest, bytes) : euiBytes(digest, bytes)
}

function guidOrder(bytes: Uint8Array): Uint8Array {
  return Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (at) => bytes[at]!)
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}
