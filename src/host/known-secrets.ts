import type { Host } from './host.js'
import { bytesOf } from './pseudonyms.js'

/**
 * What identifies this one host or its people, looked up where the kernel keeps it, so that it is found again wherever
 * else it stands: a serial number in a device name, a MAC address in an option ROM.
 */
export interface KnownSecrets {
  /** Addresses and ids that are a row of bytes: MAC addresses, GUIDs, the machine id. */
  readonly bytes: readonly Uint8Array[]
  /** Serial numbers and the like, text, longest first. */
  readonly serials: readonly string[]
  /** This host's names, longest first. */
  readonly hosts: readonly string[]
  /** Its people's names, longest first. */
  readonly users: readonly string[]
}

/** Files with a secret in them, in every folder of `folder`. */
const sources: readonly {
  readonly folder: string
  readonly files: readonly string[]
  readonly hex?: true
}[] = [
  { folder: '/sys/class/net', files: ['address'], hex: true },
  { folder: '/sys/class/infiniband', files: ['node_guid', 'sys_image_guid'], hex: true },
  { folder: '/sys/class/nvme', files: ['serial'] },
  { folder: '/sys/block', files: ['wwid', 'serial', 'device/serial', 'device/wwid', 'device/cid'] },
  { folder: '/sys/bus/usb/devices', files: ['serial'] },
]
const dmi = ['product_serial', 'board_serial', 'chassis_serial', 'chassis_asset_tag', 'board_asset_tag']
const ids = ['/etc/machine-id', '/proc/sys/kernel/random/boot_id', '/sys/class/dmi/id/product_uuid']

export function findKnownSecrets(host: Host): KnownSecrets {
  const read = (path: string): readonly string[] => {
    const found = host.readText(path)
    return found.kind === 'value' && found.value.trim() !== '' ? [found.value.trim()] : []
  }
  const list = (path: string): readonly string[] => {
    const found = host.list(path)
    return found.kind === 'value' ? found.value : []
  }
  const within = ({ folder, files }: (typeof sources)[number]) =>
    list(folder).flatMap((name) => files.flatMap((file) => read(`${folder}/${name}/${file}`)))

  const hex = [...sources.filter((source) => source.hex).flatMap(within), ...ids.flatMap(read)]
  const serials = [
    ...sources.filter((source) => !source.hex).flatMap(within),
    ...dmi.flatMap((name) => read(`/sys/class/dmi/id/${name}`)),
    // `ata-MODEL_SERIAL`, `usb-VENDOR_MODEL_SERIAL-0:0` (systemd rules.d/60-persistent-storage.rules).
    ...list('/dev/disk/by-id').flatMap(
      (name) => /_([^_]+?)(?:-\d+:\d+)?(?:_\d+)?(?:-part\d+)?$/.exec(name)?.[1] ?? [],
    ),
    // Those of FAT, NTFS and ISO 9660, and of partitions in a DOS table, are too short to be told by their form.
    ...['by-uuid', 'by-partuuid'].flatMap((folder) => list(`/dev/disk/${folder}`)),
  ]
  const kernelWords = new Set(['/sys/module', '/sys/bus', '/sys/class'].flatMap(list))
  const isName = (name: string) =>
    isTellingName(name) && !kernelWords.has(name) && !generalWords.has(name.toLowerCase())
  return {
    bytes: unique(hex.map((text) => Buffer.from(bytesOf(text)).toString('hex')))
      .map(bytesOf)
      .filter(isTelling),
    serials: longestFirst(serials.flatMap((serial) => [serial, ...partsOfSerial(serial)])).filter(isSerial),
    hosts: longestFirst(
      ['/proc/sys/kernel/hostname', '/etc/hostname'].flatMap(read).flatMap(partsOfHostName),
    ).filter(isName),
    users: longestFirst([...read('/etc/passwd').flatMap(namesInPasswd), ...list('/home')]).filter(isName),
  }
}

/**
 * Words that stand in texts for something else than a person's or a host's name, and tell nothing as a name. So do the
 * names of the kernel's own modules and subsystems: replacing them would change what is said about the host.
 */
const generalWords: ReadonlySet<string> = new Set(
  `root user users admin guest home host hostname localhost localdomain linux live none default system server desktop
  laptop computer workstation bus class devices block net drm sound module driver kernel bridge card port flr pm acpi auto
  on off enabled disabled unknown debian ubuntu fedora arch archlinux manjaro nixos gentoo alpine opensuse suse centos rocky
  proxmox pve kali mint raspberrypi pci usb nvme disk dev sys proc boot data media storage intel amd nvidia vfio kvm qemu
  swap tmp var lost+found`.split(/\s+/),
)

/** Not so short that it could be a part of a PCI address. */
function isTellingName(name: string): boolean {
  return name.length > 1 && !/^(\d+|[\da-f]{2,4})$/i.test(name)
}

/** `pc.example.org`: the whole, its first label, the domain; of `pc.lan` the domain tells nothing. */
function partsOfHostName(name: string): readonly string[] {
  const dot = name.indexOf('.')
  if (dot < 0) return [name]
  const domain = name.slice(dot + 1)
  return [name, name.slice(0, dot), ...(domain.includes('.') ? [domain] : [])]
}

/** Of `/SERVICETAG/PARTNUMBER/` both, of `t10.VENDOR  MODEL  SERIAL` the last. */
function partsOfSerial(text: string): readonly string[] {
  return text.startsWith('t10.') ? text.split(/\s+/).slice(-1) : text.split('/')
}

/** Login and full names of people: user ids from 1000 (login.defs(5), UID_MIN) to 60000. */
function namesInPasswd(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    const [login = '', , id, , gecos = ''] = line.split(':')
    return Number(id) >= 1000 && Number(id) <= 60000 ? [login, gecos.split(',')[0]!.trim()] : []
  })
}

/** Enough different bytes to be found by chance nowhere else: not 00:00:00:00:00:01. */
export function isTelling(bytes: Uint8Array): boolean {
  return bytes.length >= 6 && new Set(bytes).size >= 4
}

/** Not a word such as `Default string`, nor the name of a host controller, which is what a USB root hub has as one. */
export function isSerial(text: string): boolean {
  return (
    text.length >= 6 &&
    /\d/.test(text) &&
    new Set(text).size >= 4 &&
    !text.startsWith('0123456789') &&
    !/^([\da-f]{4,8}:[\da-f]{2}:[\da-f]{2}\.[0-7]|[a-z_-]+\.\d+)$/.test(text)
  )
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)]
}

function longestFirst(texts: readonly string[]): string[] {
  return unique(texts).sort((a, b) => b.length - a.length)
}
