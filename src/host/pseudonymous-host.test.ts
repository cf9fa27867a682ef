import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Host, Read } from './host.js'
import { pseudonymousHost, record, recordedHost, tracingHost } from './index.js'
import { tableHost } from './table-host.js'

// ---- Secrets, of every kind

const hexByte = (byte: number) => byte.toString(16).padStart(2, '0')

/** Drawn from a seed and not by fast-check itself, whose small values (`AAAAAA`, 00:00:00:00:00:01) are no secrets. */
function secretsFrom(seed: number) {
  let count = 0
  const bytes = (length: number) =>
    Uint8Array.from(createHash('sha256').update(`${seed} ${count++}`).digest().subarray(0, length))
  const word = (signs: string, length: number) =>
    Array.from(bytes(length), (byte) => signs[byte % signs.length]).join('')
  const serial = () =>
    `${word('ABCDEFGHJKLMNPRSTUVWXYZ0123456789', 8)}${word('0123456789', 2)}${word('KLMNPRSTUVWXYZ', 4)}`
  const name = () => `${word('bcdfghjklmnpqrstvwxz', 8)}${word('123456789', 1)}`
  return {
    mac: bytes(6),
    uuid: bytes(16),
    rootUuid: bytes(16),
    machineId: bytes(16),
    serial: serial(),
    board: serial(),
    usbSerial: serial(),
    host: `${name()}-${name()}`,
    domain: `${name()}.org`,
    user: name(),
    dsn: bytes(8),
    ipv4: Array.from(bytes(4), (byte) => 1 + (byte % 126)),
    ipv6: bytes(16),
    fat: `${word('0123456789ABCDEF', 4)}-${word('0123456789ABCDEF', 4)}`,
    naa: bytes(8),
  }
}
const secretsArbitrary = fc.nat().map(secretsFrom)
type Secrets = ReturnType<typeof secretsFrom>

const hex = (bytes: Uint8Array) => Array.from(bytes, hexByte).join('')
const mac = (bytes: Uint8Array, between = ':') => Array.from(bytes, hexByte).join(between)
const dashed = (bytes: Uint8Array) => hex(bytes).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const groups = (bytes: Uint8Array) =>
  hex(bytes)
    .match(/.{4}/g)!
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')

// ---- A host with all of them in it

function plantedHost(s: Secrets): { host: Host; read: (host: Host) => void } {
  const dotted = s.ipv4.join('.')
  const routed = s.ipv4.toReversed().map(hexByte).join('').toUpperCase()
  const net = `enx${hex(s.mac)}`
  const disk = `ata-Samsung_SSD_860_${s.serial}`
  const config = new Uint8Array(512)
  config.set([0x86, 0x80])
  config.set(s.mac, 0x40)
  config.set(s.mac.toReversed(), 0x50)
  config.set([0x01, 0, 1, 0x14], 0x100) // AER, then the serial number at 0x140
  config.set([0x03, 0, 1, 0], 0x140)
  config.set(s.dsn.toReversed(), 0x144)
  const rom = new Uint8Array(256)
  rom.set([0x55, 0xaa])
  rom.set(s.mac, 8)
  rom.set(Buffer.from(s.serial), 32)
  rom.set(Buffer.from(s.board).toReversed(), 64)
  rom.set(s.machineId, 96)
  rom.set(
    [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => s.machineId[at]!),
    128,
  )
  const text: Record<string, string> = {
    '/etc/machine-id': `${hex(s.machineId)}\n`,
    '/proc/sys/kernel/random/boot_id': `${dashed(s.uuid)}\n`,
    '/proc/sys/kernel/hostname': `${s.host}.${s.domain}\n`,
    '/etc/hostname': `${s.host}\n`,
    '/etc/passwd': `root:x:0:0::/root:/bin/sh\n${s.user}:x:1000:1000:,,,:/home/${s.user}:/bin/sh\n`,
    '/sys/class/dmi/id/product_serial': `${s.serial}\n`,
    '/sys/class/dmi/id/board_serial': `/${s.board}/\n`,
    '/sys/class/dmi/id/product_uuid': `${dashed(s.uuid).toUpperCase()}\n`,
    [`/sys/class/net/${net}/address`]: `${mac(s.mac)}\n`,
    '/sys/class/nvme/nvme0/serial': `${s.serial.padEnd(20)}\n`,
    '/sys/class/nvme/nvme0/subsysnqn': `nqn.2014.08.org.nvmexpress:144d144d${s.serial}     Samsung\n`,
    '/sys/block/nvme0n1/wwid': `eui.${hex(s.naa)}\n`,
    '/sys/block/sda/device/wwid': `t10.ATA     Samsung SSD 860 EVO                     ${s.serial}\n`,
    '/sys/bus/usb/devices/1-1/serial': `${s.usbSerial}\n`,
    '/proc/sys/kernel/osrelease': `6.1.0-${s.user}\n`,
    '/proc/cmdline':
      `BOOT_IMAGE=/vmlinuz root=UUID=${dashed(s.rootUuid)} resume=PARTUUID=${dashed(s.uuid).toUpperCase()} ro ` +
      `rd.luks.uuid=luks-${dashed(s.uuid)} rd.luks.name=${dashed(s.rootUuid)}=home ip=${dotted}:::255.255.255.0:${s.host}:eth0 ` +
      `BOOTIF=01-${mac(s.mac, '-')} ifname=lan:${mac(s.mac).toUpperCase()} mac=${hex(s.mac)} rev=${hex(s.mac.toReversed())} ` +
      `systemd.hostname=${s.host.toUpperCase()} root=/dev/mapper/${s.host.replaceAll('-', '--')}-root efi=UUID=${s.fat} ` +
      `x=${s.serial.toLowerCase()} y=${Array.from(s.serial).reverse().join('')} z=${Buffer.from(s.serial).toString('hex')} ` +
      `nfs=[${groups(s.ipv6)}]:/srv cisco=${hex(s.mac).match(/.{4}/g)!.join('.')} id=${hex(s.uuid)} dsn=${mac(s.dsn, '-')}\n`,
    '/proc/self/mountinfo':
      `29 1 253:0 / / rw - ext4 /dev/mapper/${s.host.replaceAll('-', '--')}-root rw\n` +
      `30 29 253:1 / /home/${s.user} rw - ext4 /dev/mapper/luks-${dashed(s.uuid)} rw\n` +
      `31 29 0:50 / /run/media/${s.user}/stick rw - vfat /dev/disk/by-uuid/${s.fat} rw\n` +
      `32 29 0:51 / /mnt rw - cifs //${dotted}/share rw,username=${s.user},domain=HOME,unc=//nas.${s.domain},addr=${groups(s.ipv6)}\n` +
      `33 29 0:52 / /srv rw - fuse.sshfs ${s.user}@${s.host}:/data rw\n`,
    '/proc/swaps': `Filename Type\n/home/${s.user}/swapfile file\n`,
    '/proc/bus/input/devices': `N: Name="${s.user}'s keyboard"\nS: Sysfs=/devices/x/0003:046D:C52B.0001\nU: Uniq=${s.usbSerial}\nB: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe\n\n`,
    '/proc/net/route': `Iface\tDestination\tGateway\tFlags\neth0\t00000000\t${routed}\t0003\t0\t0\t0\t00000000\neth0\t${routed}\t00000000\t0001\t0\t0\t0\t00FFFFFF\n`,
    '/proc/net/ipv6_route': `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${hex(s.ipv6)} 00000400 00000001 00000000 00000003 eth0\n`,
    '/sys/class/block/dm-0/dm/uuid': `CRYPT-LUKS2-${hex(s.uuid)}-luks-${dashed(s.uuid)}\n`,
  }
  const link: Record<string, string> = {
    [`/sys/class/net/${net}`]: `../../devices/pci0000:00/0000:00:02.0/net/${net}`,
    [`/dev/disk/by-uuid/${dashed(s.rootUuid)}`]: '../../dm-0',
    [`/dev/disk/by-uuid/${s.fat}`]: '../../sdb1',
    [`/dev/disk/by-id/${disk}`]: '../../sda',
    [`/dev/disk/by-id/wwn-0x${hex(s.naa)}`]: '../../sda',
    '/proc/self/fd/0': `/home/${s.user}/input`,
    '/sys/bus/pci/devices/0000:00:02.0/driver': '../../../bus/pci/drivers/e1000e',
  }
  const list: Record<string, readonly string[]> = {
    '/sys/class/net': ['lo', net],
    '/sys/class/nvme': ['nvme0'],
    '/sys/block': ['dm-0', 'nvme0n1', 'sda'],
    '/sys/bus/usb/devices': ['1-1'],
    '/dev/disk/by-uuid': [s.fat, dashed(s.rootUuid)],
    '/dev/disk/by-id': [disk, `${disk}-part1`, `dm-uuid-CRYPT-LUKS2-${hex(s.uuid)}-x`, `wwn-0x${hex(s.naa)}`],
    '/home': [s.user],
    '/sys/bus/pci/devices': ['0000:00:02.0'],
  }
  const folder = '/sys/bus/pci/devices/0000:00:02.0'
  const bytes = { [`${folder}/config`]: { bytes: config }, [`${folder}/rom`]: { bytes: rom } }
  const read = (one: Host) => {
    for (const path of Object.keys(list)) one.list(path)
    for (const path of Object.keys(link)) one.readLink(path)
    for (const path of Object.keys(text)) one.readText(path)
    for (const path of Object.keys(bytes)) one.readBytes(path, 4096)
    one.readBytes('/proc/cmdline')
  }
  return {
    host: tableHost({
      text,
      link,
      list,
      bytes: { ...bytes, '/proc/cmdline': { bytes: Buffer.from(text['/proc/cmdline']!) } },
    }),
    read,
  }
}

/** What must not be in the output in any of the ways of writing it. */
function formsOf(s: Secrets): string[] {
  const rows = [s.mac, s.uuid, s.rootUuid, s.machineId, s.dsn, s.ipv6, s.naa]
  const texts = [s.serial, s.board, s.usbSerial, s.fat, s.host, s.domain, s.user]
  const both = (text: string) => [text, Array.from(text).reverse().join('')]
  return [
    ...rows.flatMap((row) => [hex(row), hex(row.toReversed())]),
    hex(Uint8Array.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15], (at) => s.machineId[at]!)),
    ...texts.flatMap((text) => both(text.toLowerCase())),
    ...[s.serial, s.board].flatMap((text) => [hex(Buffer.from(text)), hex(Buffer.from(text).toReversed())]),
    s.ipv4.join('.'),
    s.ipv4.toReversed().map(hexByte).join(''),
    groups(s.ipv6),
  ]
}

const stripped = (text: string) => text.toLowerCase().replace(/[\s:._",-]/g, '')

describe('a pseudonymous host', () => {
  it('lets no secret through, in whatever way it is written', () => {
    fc.assert(
      fc.property(secretsArbitrary, (secrets) => {
        const { host, read } = plantedHost(secrets)
        const traced = tracingHost(pseudonymousHost(host))
        // By the real names, so that the paths in the trace are full of secrets: only the answers count here.
        read(traced)
        const answers = [...traced.trace].flatMap(([, reads]) => {
          const values = [reads.text, reads.link, reads.list].map((one) =>
            one?.kind === 'value' ? one.value : [],
          )
          const bytes = reads.bytes?.read.kind === 'value' ? reads.bytes.read.value.bytes : new Uint8Array()
          return [...values.flat(), hex(bytes), Buffer.from(bytes).toString('latin1')]
        })
        const output = answers.join('\n').toLowerCase()
        const bare = stripped(output)
        for (const form of formsOf(secrets)) {
          expect(output).not.toContain(form)
          expect(bare).not.toContain(stripped(form))
        }
      }),
      { numRuns: 60 },
    )
  })

  /** Reads as a program does: every name that it is given it uses again. */
  function explore(host: Host): string[] {
    const seen: string[] = []
    const note = (path: string, read: Read<unknown>) => {
      seen.push(`${path}: ${read.kind === 'value' ? JSON.stringify(read.value) : read.kind}`)
      return read
    }
    const names = (path: string) => {
      const read = host.list(path)
      note(path, read)
      return read.kind === 'value' ? read.value : []
    }
    const text = (path: string) => {
      const read = host.readText(path)
      note(path, read)
      return read.kind === 'value' ? read.value : ''
    }
    for (const name of names('/sys/class/net')) {
      text(`/sys/class/net/${name}/address`)
      note(`/sys/class/net/${name}`, host.readLink(`/sys/class/net/${name}`))
    }
    for (const name of names('/dev/disk/by-id')) note(name, host.readLink(`/dev/disk/by-id/${name}`))
    for (const name of names('/dev/disk/by-uuid')) note(name, host.readLink(`/dev/disk/by-uuid/${name}`))
    const root = /root=UUID=(\S+)/.exec(text('/proc/cmdline'))![1]!
    note(root, host.readLink(`/dev/disk/by-uuid/${root}`))
    const stick = /(\/dev\/disk\/by-uuid\/\S+)/.exec(text('/proc/self/mountinfo'))![1]!
    note(stick, host.readLink(stick))
    for (const path of ['serial', 'subsysnqn']) text(`/sys/class/nvme/nvme0/${path}`)
    note('config', host.readBytes('/sys/bus/pci/devices/0000:00:02.0/config', 4096))
    return seen
  }
  const values = (seen: readonly string[]) =>
    seen.map((line) => /: (absent|denied|"\.\.[^"]*\/(?!enx)[^/"]*")$/.exec(line)?.[1])

  it('can be read on by the names that it gives', () => {
    fc.assert(
      fc.property(secretsArbitrary, (secrets) => {
        const { host } = plantedHost(secrets)
        const found = explore(pseudonymousHost(host))
        // Links lead where they do on the real host, whatever leads there is called; lists may be in another order.
        expect(values(found).toSorted()).toEqual(values(explore(host)).toSorted())
        expect(found.join('\n')).not.toMatch(/by-uuid\/.*(absent|unrecorded)/)
      }),
      { numRuns: 20 },
    )
  })

  it('answers as its recording does, with pseudonyms or made of them later', () => {
    fc.assert(
      fc.property(secretsArbitrary, (secrets) => {
        const { host } = plantedHost(secrets)
        const live = explore(pseudonymousHost(host))
        const head = { program: 'handover 0.1.0', recorded: '2025-01-02T03:04:05Z' }
        const shown = recordedHost(record(host, { ...head, pseudonyms: true }, explore), 'shown.json')
        const secret = recordedHost(record(host, { ...head, pseudonyms: false }, explore), 'private.json')
        expect(explore(shown)).toEqual(live)
        expect(explore(pseudonymousHost(shown))).toEqual(live)
        expect(explore(pseudonymousHost(secret))).toEqual(live)
        expect(explore(secret)).toEqual(explore(host))
      }),
      { numRuns: 20 },
    )
  })

  it('writes a recording without any secret, names of files included', () => {
    fc.assert(
      fc.property(secretsArbitrary, (secrets) => {
        const { host } = plantedHost(secrets)
        const head = { program: 'handover 0.1.0', recorded: '2025-01-02T03:04:05Z', pseudonyms: true }
        const text = record(host, head, explore).toLowerCase()
        for (const form of formsOf(secrets)) {
          expect(text).not.toContain(form)
          expect(stripped(text)).not.toContain(stripped(form))
        }
      }),
      { numRuns: 20 },
    )
  })
})

describe('pseudonyms', () => {
  const ask = (text: string, machineId?: string, kind?: Host['kind']) => {
    const read = pseudonymousHost(
      tableHost({ text: { '/x': text, ...(machineId && { '/etc/machine-id': machineId }) } }, kind),
    ).readText('/x')
    return read.kind === 'value' ? read.value : read
  }
  const one = '3d1219c7c4c5404aaa1f6d2a48adfda4\n'
  const other = '084c4be67afa4caca55cc38eed629320\n'

  it('are the same on one host, and others on another', () => {
    const text = 'a 52:54:00:12:34:56 b 52:54:00:12:34:56'
    expect(ask(text, one)).toBe(ask(text, one))
    expect(ask(text, one)).not.toBe(ask(text, other))
    expect(ask(text, one)).toMatch(/^a (\S+) b \1$/)
  })

  it('have no key to try out where the host has none', () => {
    // Of pasted text: always the same, whatever the secret.
    expect(ask('52:54:00:12:34:56', undefined, 'lspci')).toBe(ask('52:54:00:65:43:21', undefined, 'lspci'))
    // Of a computer: never the same again.
    expect(ask('52:54:00:12:34:56')).not.toBe(ask('52:54:00:12:34:56'))
    expect(ask('52:54:00:12:34:56', 'uninitialized\n')).not.toBe(ask('52:54:00:12:34:56', 'uninitialized\n'))
    expect(ask('52:54:00:12:34:56', '0'.repeat(32))).not.toBe(ask('52:54:00:12:34:56', '0'.repeat(32)))
  })

  it.each([
    ['52:54:00:12:34:56', /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/],
    ['52-54-00-AB-34-56', /^[0-9A-F][26AE](-[0-9A-F]{2}){5}$/],
    ['00-1b-21-ff-ff-aa-bb-cc', /^[0-9a-f][26ae](-[0-9a-f]{2}){7}$/],
    ['fe:80:00:00:00:00:00:00:e4:1d:2d:03:00:a5:f2:e1:e4:1d:2d:03', /^[0-9a-f]{2}(:[0-9a-f]{2}){19}$/],
    ['enx525400123456', /^enx[0-9a-f][26ae][0-9a-f]{10}$/],
    [
      '6f1c1f1e-1111-4222-8333-123456789abc',
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    ],
    [
      '6F1C1F1E-1111-4222-8333-123456789ABC',
      /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/,
    ],
    ['192.168.178.23', /^198\.1[89]\.\d+\.\d+$/],
    ['fe80::5054:ff:fe12:3456', /^2001:db8(:[0-9a-f]{4}){6}$/],
    ['::ffff:192.168.178.23', /^2001:db8(:[0-9a-f]{4}){6}$/],
    ['eui.0025385b71b04c1e', /^eui\.[0-9a-f]{16}$/],
    ['wwn-0x5002538e40a1b2c3', /^wwn-0x[0-9a-f]{16}$/],
    ['nvme.144d-533353-53616d-00000001', /^nvme\.144d-[0-9a-f]{6}-[0-9a-f]{6}-[0-9a-f]{8}$/],
    ['/home/maria/.cache', /^\/home\/user-[0-9a-f]{8}\/\.cache$/],
    [
      'lowerdir=/var/home/maria/x:/run/media/maria/y',
      /^lowerdir=\/var\/home\/(user-[0-9a-f]{8})\/x:\/run\/media\/\1\/y$/,
    ],
    ['maria@nas:/srv', /^user-[0-9a-f]{8}@host-[0-9a-f]{8}:\/srv$/],
    [
      '90 27 0:50 / /mnt rw - nfs4 nas.example.org:/volume1 rw',
      /^90 27 0:50 \/ \/mnt rw - nfs4 host-[0-9a-f]{8}:\/volume1 rw$/,
    ],
    [
      '91 27 0:51 / /mnt rw - cifs //fileserver/share rw',
      /^91 27 0:51 \/ \/mnt rw - cifs \/\/host-[0-9a-f]{8}\/share rw$/,
    ],
    ['rd.iscsi.password=S3cr3tpw quiet', /^rd\.iscsi\.password=[A-Z]\d[a-z]{2}\d[a-z]{3} quiet$/],
    [
      'iscsi_initiator=iqn.1993-08.org.debian:01:ab12cd34 intel_iommu=on',
      /^iscsi_initiator=iqn\.1993-08\.org\.debian:[0-9a-f]{2}:[0-9a-f]{8} intel_iommu=on$/,
    ],
    ['root=UUID=1A2B-3C4D', /^root=UUID=[0-9A-F]{4}-[0-9A-F]{4}$/],
    ['root=PARTUUID=a1b2c3d4-02', /^root=PARTUUID=[0-9a-f]{8}-[0-9a-f]{2}$/],
    [
      '/dev/disk/by-id/ata-Disk_S3Z2NB0K123456X-part1',
      /^\/dev\/disk\/by-id\/ata-[A-Z][a-z]{3}_[A-Z]\d[A-Z]\d[A-Z]{2}\d[A-Z]\d{6}[A-Z]-part1$/,
    ],
  ])('%s keeps its shape', (text, shape) => {
    const pseudonym = ask(text, one)
    expect(pseudonym).toMatch(shape)
    expect(pseudonym).not.toBe(text)
  })

  it.each([
    '0000:01:00.0',
    '10000:e1:00.0 0000:00:1f.3',
    '../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0/net/eth0',
    '../../../../bus/media/drivers/uvcvideo',
    'pci:v00008086d00001521sv00008086sd00000001bc02sc00i00',
    '0x00000000f7d00000 0x00000000f7dfffff 0x0000000000040200',
    'B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe',
    '  f7d00000-f7dfffff : 0000:03:00.0',
    'S: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-1/1-1:1.0/0003:046D:C52B.0001/input/input3',
    '00:00:00:00:00:00 ff:ff:ff:ff:ff:ff',
    '00000000-0000-0000-0000-000000000000',
    '127.0.0.1 0.0.0.0 255.255.255.0 ::1 ::',
    'input3::capslock platform::mute',
    'BOOT_IMAGE=/vmlinuz-5.15.90.1 root=/dev/nvme0n1p2 ro quiet 10.2.300.4',
    '29 1 0:25 /@home /home rw - btrfs /dev/sda2 subvol=/@home',
    'flr bus pm',
  ])('leave %s as it is', (text) => {
    expect(ask(text, one)).toBe(text)
  })

  it('stand for people whom only their folder shows', () => {
    const host = pseudonymousHost(
      tableHost({ text: { '/etc/machine-id': one, '/x': 'a Maria b\n' }, list: { '/home': ['maria'] } }),
    )
    expect(host.readText('/x')).toEqual({
      kind: 'value',
      value: expect.stringMatching(/^a user-[0-9a-f]{8} b\n$/),
    })
  })

  it('leave alone what is a name and a word of the system', () => {
    const host = (name: string) =>
      pseudonymousHost(
        tableHost({
          text: { '/etc/machine-id': one, '/proc/sys/kernel/hostname': `${name}\n`, '/x': `a ${name} b` },
          list: { '/sys/module': ['nouveau'] },
        }),
      )
    const word = (name: string) => host(name).readText('/x')
    expect(word('nouveau')).toEqual({ kind: 'value', value: 'a nouveau b' })
    expect(word('pci')).toEqual({ kind: 'value', value: 'a pci b' })
    expect(word('01')).toEqual({ kind: 'value', value: 'a 01 b' })
    expect(word('tower')).toEqual({ kind: 'value', value: expect.stringMatching(/^a host-[0-9a-f]{8} b$/) })
    // In its own file it is one all the same.
    expect(host('pci').readText('/proc/sys/kernel/hostname')).toEqual({
      kind: 'value',
      value: expect.stringMatching(/^host-[0-9a-f]{8}\n$/),
    })
  })

  it('pass on why there is no answer, and which bits are known', () => {
    const known = new Uint8Array(0x110).fill(0xff, 0, 2)
    const bytes = new Uint8Array(0x110)
    bytes.set([0x86, 0x80])
    const host = pseudonymousHost(
      tableHost({
        text: { '/denied': { kind: 'denied' }, '/error': { kind: 'error', code: 'EIO' } },
        bytes: { '/config': { bytes, known } },
      }),
    )
    expect(host.readText('/denied')).toEqual({ kind: 'denied' })
    expect(host.readText('/error')).toEqual({ kind: 'error', code: 'EIO' })
    expect(host.list('/nothing')).toEqual({ kind: 'absent' })
    expect(host.readBytes('/config')).toEqual({ kind: 'value', value: { bytes, known } })
  })
})
