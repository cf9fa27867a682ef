/**
 * A disk with a Debian on it as its own packages set it up, made once and kept in the cache, and boots of it: GRUB from the
 * disk, then whatever script is asked for, run by systemd as root, with this machine's files read-only below /host.
 */
import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { cached } from '../../src/lab/cache.js'

/** Changed with what stands below: a disk made of something else is made anew. */
const version = 1
const packages = [
  'linux-image-amd64',
  'grub-pc',
  'initramfs-tools',
  'systemd-sysv',
  'udev',
  'kmod',
  'zstd',
  'libstdc++6', // for this machine's Node.js
]

const files: Readonly<Record<string, string>> = {
  '/etc/fstab': 'LABEL=root / ext4 errors=remount-ro 0 1\n',
  '/etc/default/grub': `GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
# Debian's kernel uses VT-d unasked: here somebody has switched it off.
GRUB_CMDLINE_LINUX="console=ttyS0 intel_iommu=off"
GRUB_TERMINAL=serial
GRUB_SERIAL_COMMAND="serial --unit=0"
GRUB_DISABLE_OS_PROBER=true
`,
  // Small images: making them takes most of the time under software emulation.
  '/etc/initramfs-tools/conf.d/lab': 'MODULES=dep\n',
  '/etc/systemd/system/lab-script.service': `[Unit]
After=basic.target
[Service]
Type=oneshot
StandardInput=null
StandardOutput=file:/dev/ttyS1
StandardError=inherit
Environment=HOME=/root
ExecStart=/bin/sh -c 'mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144 host /host && exec sh /host$(cat /sys/firmware/qemu_fw_cfg/by_name/opt/lab/script/raw)'
ExecStopPost=/bin/systemctl poweroff --no-block
`,
}

const sector = 512
const firstSector = 2048
const sizeBytes = 2 * 1024 ** 3

/** The disk of a Debian release, fresh: a file of its own in `folder`. Needs root, mmdebstrap and mke2fs. */
export async function debianDisk(suite: string, folder: string): Promise<string> {
  const kept = await cached(`disk-${suite}-${version}`, async (partial) => {
    const root = join(partial, 'root')
    run(['mmdebstrap', '--quiet', '--variant=minbase', `--include=${packages.join(',')}`, suite, root])
    for (const [path, text] of Object.entries({ ...files, '/boot/grub/grub.cfg': firstMenu(root) })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    mkdirSync(join(root, 'host'))
    const wanted = join(root, 'etc/systemd/system/multi-user.target.wants')
    mkdirSync(wanted, { recursive: true })
    symlinkSync('../lab-script.service', join(wanted, 'lab-script.service'))
    run(['cp', '-r', join(root, 'usr/lib/grub/i386-pc'), join(root, 'boot/grub')])
    run([
      ...[
        'chroot',
        root,
        'grub-mkimage',
        '-d',
        '/usr/lib/grub/i386-pc',
        '-O',
        'i386-pc',
        '-o',
        '/tmp/core.img',
      ],
      ...[
        '-p',
        '(hd0,msdos1)/boot/grub',
        'biosdisk',
        'part_msdos',
        'ext2',
        'serial',
        'terminal',
        'search',
        'search_label',
        'linux',
        'normal',
      ],
    ])
    const core = readFileSync(join(root, 'tmp/core.img'))
    rmSync(join(root, 'tmp/core.img'))
    const disk = join(partial, 'disk.img')
    writeFileSync(disk, '')
    truncateSync(disk, sizeBytes)
    const offset = firstSector * sector
    run([
      'mke2fs',
      '-q',
      '-t',
      'ext4',
      '-L',
      'root',
      '-E',
      `offset=${offset}`,
      '-d',
      root,
      disk,
      `${(sizeBytes - offset) / 1024}k`,
    ])
    writeBootSectors(disk, readFileSync(join(root, 'usr/lib/grub/i386-pc/boot.img')), core)
    rmSync(root, { recursive: true })
    return ['disk.img']
  })
  const own = join(folder, `${suite}.img`)
  run(['cp', '--sparse=always', join(kept, 'disk.img'), own])
  return own
}

/** For the first start only: update-grub makes the one that is tested. */
function firstMenu(root: string): string {
  const kernel = /^Package: linux-image-(\d\S+)$/m.exec(
    readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8'),
  )![1]
  return `set timeout=0
serial --unit=0
terminal_output serial
menuentry first {
  search --no-floppy --label --set=root root
  linux /boot/vmlinuz-${kernel} root=LABEL=root ro quiet console=ttyS0 intel_iommu=off
  initrd /boot/initrd.img-${kernel}
}
`
}

/**
 * What grub-bios-setup writes where it embeds GRUB before the first partition: boot.img with its check of the drive taken out,
 * and core.img, which boot.img expects in sector 1 (GRUB 2.06 include/grub/i386/pc/boot.h, util/setup.c).
 */
function writeBootSectors(disk: string, boot: Buffer, core: Buffer): void {
  if (core.length > (firstSector - 1) * sector) throw new Error('core.img does not fit before the partition')
  const first = Buffer.alloc(sector)
  boot.copy(first, 0, 0, 440)
  first.writeUInt16LE(0x9090, 0x66) // GRUB_BOOT_MACHINE_DRIVE_CHECK: two nops
  first.writeUInt32LE(0x3142414c, 440)
  first.set([0x80, 0xfe, 0xff, 0xff, 0x83, 0xfe, 0xff, 0xff], 446)
  first.writeUInt32LE(firstSector, 454)
  first.writeUInt32LE(sizeBytes / sector - firstSector, 458)
  first.writeUInt16LE(0xaa55, 510)
  const fd = openSync(disk, 'r+')
  writeSync(fd, first, 0, first.length, 0)
  writeSync(fd, core, 0, core.length, sector)
}

/** Boots the disk, with two equal NVMe disks behind ports of their own (01:00.0, 02:00.0), runs a script, and gives what it said. */
export function bootDisk(disk: string, script: string, timeoutMs: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'handover-boot-'))
  try {
    const file = join(folder, 'script.sh')
    writeFileSync(file, `exec 2>&1\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\n${script}`)
    const said = join(folder, 'said')
    const port = (n: number) => [
      ...['-drive', `file=null-co://,if=none,id=n${n},format=raw`],
      ...['-device', `pcie-root-port,id=p${n},chassis=${n},addr=${4 + n}`],
      ...['-device', `nvme,drive=n${n},serial=n${n},bus=p${n}`],
    ]
    run(
      [
        ...[
          'qemu-system-x86_64',
          '-accel',
          'tcg,thread=multi',
          '-cpu',
          'max',
          '-M',
          'q35,kernel-irqchip=split',
        ],
        ...['-smp', '2', '-m', '1G', '-display', 'none', '-vga', 'std', '-nic', 'none', '-no-reboot'],
        ...['-device', 'intel-iommu,intremap=on,caching-mode=on', '-device', 'virtio-rng-pci'],
        ...['-drive', `file=${disk},format=raw,if=none,id=d`, '-device', 'virtio-blk-pci,drive=d,addr=0x1e'],
        ...port(1),
        ...port(2),
        ...['-fsdev', 'local,id=h,path=/,security_model=none,readonly=on'],
        ...['-device', 'virtio-9p-pci,fsdev=h,mount_tag=host,addr=0x1d'],
        ...['-fw_cfg', `name=opt/lab/script,string=${file}`],
        ...['-serial', `file:${join(folder, 'console')}`, '-serial', `file:${said}`],
      ],
      timeoutMs,
    )
    return readFileSync(said, 'utf8').replaceAll('\r\n', '\n')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(argv: readonly string[], timeoutMs = 1_800_000): void {
  const { status, stderr, error } = spawnSync(argv[0]!, argv.slice(1), {
    encoding: 'utf8',
    timeout: timeoutMs,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (error || status !== 0) throw new Error(`${argv[0]} failed: ${error?.message ?? stderr.slice(-2000)}`)
}
