import { describe, expect, it } from 'vitest'
import { denied, link, type Made, madeHost } from '../../../test/support/made-host.js'
import { findDisks } from './disks.js'
import { RoleFindings } from './search.js'

const nvme = 'pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1'
const sata = 'pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/sda'
const otherSata = 'pci0000:00/0000:00:1c.4/0000:05:00.0/ata9/host8/target8:0:0/8:0:0:0/block/sdb'
const stick = 'pci0000:00/0000:00:14.0/usb1/1-2/1-2:1.0/host9/target9:0:0/9:0:0:0/block/sdc'

/** A block device with its number; `path` is below /sys/devices. */
function block(
  path: string,
  number: string,
  files: Readonly<Record<string, Made>> = {},
): Record<string, Made> {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return {
    [`/sys/class/block/${name}`]: link(`../../devices/${path}`),
    [`/sys/dev/block/${number}`]: link(`../../devices/${path}`),
    [`/sys/devices/${path}/dev`]: `${number}\n`,
    ...Object.fromEntries(
      Object.entries(files).map(([file, made]) => [`/sys/devices/${path}/${file}`, made]),
    ),
  }
}

/** A virtual one (device mapper, md, ...) that stands on others. */
const stacked = (
  name: string,
  number: string,
  on: readonly string[],
  files: Readonly<Record<string, Made>> = {},
) =>
  block(`virtual/block/${name}`, number, {
    ...Object.fromEntries(on.map((slave) => [`slaves/${slave}`, link(`../../somewhere/${slave}`)])),
    ...(on.length === 0 ? { 'slaves/': '' } : {}),
    ...files,
  })

const mount = (number: string, point: string, type: string, source: string, options = 'rw') =>
  `30 1 ${number} / ${point} rw,relatime shared:1 - ${type} ${source} ${options}\n`

function look(files: Readonly<Record<string, Made>>) {
  const findings = new RoleFindings()
  findDisks(madeHost({ '/proc/swaps': 'Filename Type Size Used Priority\n', ...files }), findings)
  return findings.searches()
}

const mounts = (...lines: readonly string[]) => ({ '/proc/self/mountinfo': lines.join('') })

describe('the disk under the root file system', () => {
  it('is found below a partition', () => {
    const { 'root-disk': root } = look({
      ...mounts(mount('259:2', '/', 'ext4', '/dev/nvme0n1p2')),
      ...block(`${nvme}/nvme0n1p2`, '259:2'),
    })
    expect(root).toMatchObject({ functions: ['0000:02:00.0'], elsewhere: [], unknown: [] })
  })

  it('is found below LVM on dm-crypt on a partition, with every step as evidence', () => {
    const findings = new RoleFindings()
    findDisks(
      madeHost({
        ...mounts(mount('254:1', '/', 'xfs', '/dev/mapper/vg-root')),
        '/proc/swaps': 'Filename\n',
        ...block(`${nvme}/nvme0n1p3`, '259:3'),
        ...stacked('dm-0', '254:0', ['nvme0n1p3']),
        ...stacked('dm-1', '254:1', ['dm-0']),
      }),
      findings,
    )
    const [role] = findings.byFunction().get('0000:02:00.0')!
    expect(role).toMatchObject({ name: 'root-disk', only: true })
    expect(role!.evidence.map(({ path, value }) => `${path} ${value}`)).toEqual([
      '/proc/self/mountinfo 254:1 on / type xfs from /dev/mapper/vg-root',
      '/sys/dev/block/254:1 /sys/devices/virtual/block/dm-1',
      '/sys/devices/virtual/block/dm-1/slaves dm-0',
      '/sys/class/block/dm-0 /sys/devices/virtual/block/dm-0',
      '/sys/devices/virtual/block/dm-0/slaves nvme0n1p3',
      `/sys/class/block/nvme0n1p3 /sys/devices/${nvme}/nvme0n1p3`,
    ])
  })

  it('is every disk of an array, a partition of the array too; each is needed', () => {
    const files = {
      ...mounts(mount('259:9', '/', 'ext4', '/dev/md0p1')),
      ...block(sata, '8:0'),
      ...block(otherSata, '8:16'),
      ...stacked('md0', '9:0', ['sda', 'sdb']),
      ...block('virtual/block/md0/md0p1', '259:9'),
    }
    expect(look(files)['root-disk'].functions).toEqual(['0000:00:17.0', '0000:05:00.0'])
    const findings = new RoleFindings()
    findDisks(madeHost({ ...files, '/proc/swaps': 'Filename\n' }), findings)
    expect(findings.byFunction().get('0000:00:17.0')).toMatchObject([{ name: 'root-disk', only: true }])
  })

  it('is every disk of a btrfs', () => {
    const { 'root-disk': root } = look({
      ...mounts(mount('0:25', '/', 'btrfs', '/dev/mapper/luks-1', 'rw,subvol=/root')),
      ...block(sata, '8:0'),
      ...block(`${nvme}/nvme0n1p3`, '259:3'),
      ...stacked('dm-0', '254:0', ['nvme0n1p3'], { 'dm/name': 'luks-1\n' }),
      '/sys/fs/btrfs/features/raid1': '0\n',
      '/sys/fs/btrfs/11111111-2222-3333-4444-555555555555/devices/dm-0': link(
        '../../../../devices/virtual/block/dm-0',
      ),
      '/sys/fs/btrfs/11111111-2222-3333-4444-555555555555/devices/sda': link('../../../../devices/x/sda'),
    })
    expect(root).toMatchObject({ functions: ['0000:00:17.0', '0000:02:00.0'], unknown: [] })
  })

  it('is one disk of a btrfs, and perhaps more, where sysfs does not list them', () => {
    const { 'root-disk': root } = look({
      ...mounts(mount('0:25', '/', 'btrfs', '/dev/sda')),
      ...block(sata, '8:0'),
    })
    expect(root).toMatchObject({ functions: ['0000:00:17.0'], unknown: [{ path: '/sys/fs/btrfs' }] })
  })

  it('is every controller of an NVMe subsystem', () => {
    const { 'root-disk': root } = look({
      ...mounts(mount('259:1', '/', 'ext4', '/dev/nvme0n1p1')),
      ...block('virtual/nvme-subsystem/nvme-subsys0/nvme0n1/nvme0n1p1', '259:1'),
      '/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme0': link(
        '../../../pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0',
      ),
      '/sys/devices/virtual/nvme-subsystem/nvme-subsys0/nvme1': link(
        '../../../pci0000:00/0000:00:1b.0/0000:03:00.0/nvme/nvme1',
      ),
    })
    expect(root.functions).toEqual(['0000:02:00.0', '0000:03:00.0'])
  })

  it('is the stick of a live system: overlay, squashfs, loop device, file', () => {
    const { 'root-disk': root } = look({
      ...mounts(
        mount('0:22', '/run', 'tmpfs', 'tmpfs'),
        mount('8:33', '/run/live/medium', 'iso9660', '/dev/sdc1'),
        mount('7:0', '/run/live/rootfs', 'squashfs', '/dev/loop0'),
        mount(
          '0:30',
          '/',
          'overlay',
          'overlay',
          'rw,lowerdir=/run/live/rootfs/,upperdir=/run/live/overlay/rw,workdir=/run/live/overlay/work',
        ),
      ),
      '/run/live/rootfs/': '',
      '/run/live/overlay/rw/': '',
      ...block(`${stick}/sdc1`, '8:33'),
      ...block('virtual/block/loop0', '7:0', {
        'loop/backing_file': '/run/live/medium/live/filesystem.squashfs\n',
      }),
    })
    expect(root).toMatchObject({
      functions: ['0000:00:14.0'],
      elsewhere: [{ value: 'tmpfs on /run: in memory' }],
      unknown: [],
    })
  })

  describe('below an overlay whose layers were mounted before the root was switched', () => {
    const overlay = mount('0:30', '/', 'overlay', 'overlay', 'rw,lowerdir=/lower,upperdir=/upper/data')
    const virtio = {
      '/sys/bus/virtio/drivers/9pnet_virtio/virtio3': link(
        '../../../../devices/pci0000:00/0000:00:05.0/virtio3',
      ),
      '/sys/devices/pci0000:00/0000:00:05.0/virtio3/mount_tag': 'handover-root\n',
    }

    it('is found through the mounts that kernel threads see', () => {
      const { 'root-disk': root } = look({
        ...mounts(overlay),
        ...virtio,
        '/proc/2/comm': 'kthreadd\n',
        '/proc/2/mountinfo': [
          mount('0:2', '/', 'rootfs', 'rootfs'),
          mount('0:26', '/lower', '9p', 'handover-root', 'ro,trans=virtio'),
          mount('0:27', '/upper', 'tmpfs', 'tmpfs'),
          overlay,
        ].join(''),
      })
      expect(root).toMatchObject({
        functions: ['0000:00:05.0'],
        elsewhere: [{ value: 'tmpfs on /upper: in memory' }],
        unknown: [],
      })
    })

    it('is not known in a container, whose process 2 is no kernel thread', () => {
      const { 'root-disk': root } = look({
        ...mounts(overlay),
        '/proc/2/comm': 'sh\n',
        '/proc/2/mountinfo': mount('0:26', '/lower', '9p', 'handover-root'),
      })
      expect(root.functions).toEqual([])
      expect(root.unknown).toHaveLength(2)
      expect(root.unknown[0]!.unknown).toContain('layer /lower that is out of sight')
    })

    it('is not taken to be what stands at the same place now', () => {
      const { 'root-disk': root } = look({
        ...mounts(mount('0:40', '/lower', 'tmpfs', 'tmpfs'), overlay),
        '/proc/2/comm': 'sh\n',
      })
      expect(root).toMatchObject({ elsewhere: [], unknown: [{}, {}] })
    })
  })

  it.each([
    ['9p', 'root', '/sys/bus/virtio/drivers/9pnet_virtio/virtio3', 'mount_tag', ''],
    ['virtiofs', 'root', '/sys/fs/virtiofs/0', 'tag', '/device'],
  ])('is the virtio device that offers a %s root by its tag', (type, tag, path, file, toDevice) => {
    const device = 'pci0000:00/0000:00:05.0/virtio3'
    const { 'root-disk': root } = look({
      ...mounts(mount('0:26', '/', type, tag)),
      [`${path}${toDevice}`]: link(`/sys/devices/${device}`),
      [toDevice ? `${path}/${file}` : `/sys/devices/${device}/${file}`]: `${tag}\n`,
    })
    expect(root).toMatchObject({ functions: ['0000:00:05.0'], unknown: [] })
  })

  it.each([
    ['9p', 'other-tag', 'no virtio device is known that offers 9p "other-tag"'],
    ['zfs', 'rpool/ROOT/debian', 'zfs on / does not say which disks it stands on'],
    ['fuse.something', 'x', 'fuse.something on / does not say which disks it stands on'],
    ['overlay', 'overlay', 'the overlay on / does not tell its layers'],
  ])('is not known for a %s root', (type, source, why) => {
    const { 'root-disk': root } = look(mounts(mount('0:26', '/', type, source)))
    expect(root).toMatchObject({ functions: [], elsewhere: [], unknown: [{ unknown: why }] })
  })

  it.each([
    ['tmpfs', 'in memory'],
    ['nfs4', 'over the network'],
  ])('is no disk for a %s root', (type, where) => {
    expect(look(mounts(mount('0:26', '/', type, 'x')))['root-disk']).toMatchObject({
      functions: [],
      elsewhere: [{ value: `${type} on /: ${where}` }],
      unknown: [],
    })
  })

  it.each<[string, Record<string, Made>, string]>([
    ['nothing is mounted at /', mounts(mount('8:1', '/home', 'ext4', '/dev/sda1')), 'is this a chroot?'],
    ['the mounts may not be read', { '/proc/self/mountinfo': denied }, 'denied'],
    ['the block device has no entry', mounts(mount('8:1', '/', 'ext4', '/dev/sda1')), 'absent'],
    [
      'a virtual block device says nothing',
      { ...mounts(mount('252:0', '/', 'ext4', '/dev/x')), ...stacked('drbd0', '252:0', []) },
      'does not say what it stands on',
    ],
    [
      'it comes by iSCSI',
      {
        ...mounts(mount('8:0', '/', 'ext4', '/dev/sda')),
        ...block('platform/host2/session1/target2:0:0/2:0:0:0/block/sda', '8:0', { 'slaves/': '' }),
      },
      'iSCSI',
    ],
  ])('is not known where %s', (_, files, why) => {
    const { 'root-disk': root } = look(files)
    expect(root.functions).toEqual([])
    expect(root.unknown.map(({ unknown }) => unknown).join()).toContain(why)
  })

  it('takes the topmost of several mounts at /', () => {
    const { 'root-disk': root } = look({
      ...mounts(mount('0:2', '/', 'rootfs', 'rootfs'), mount('8:0', '/', 'ext4', '/dev/sda')),
      ...block(sata, '8:0'),
    })
    expect(root).toMatchObject({ functions: ['0000:00:17.0'], elsewhere: [] })
  })

  it('ends where a loop device stands on itself', () => {
    const { 'root-disk': root } = look({
      ...mounts(mount('7:0', '/', 'ext4', '/dev/loop0')),
      ...block('virtual/block/loop0', '7:0', { 'loop/backing_file': '/image\n' }),
    })
    expect(root).toMatchObject({ functions: [], unknown: [{ unknown: 'it stands on itself' }] })
  })
})

describe('other mounted file systems', () => {
  it('are found once each, and not among what stores nothing', () => {
    const { mounted } = look({
      ...mounts(
        mount('8:1', '/', 'ext4', '/dev/sda1'),
        mount('0:5', '/proc', 'proc', 'proc'),
        mount('0:6', '/tmp', 'tmpfs', 'tmpfs'),
        mount('0:7', '/net', 'nfs4', 'server:/x'),
        mount('259:1', '/boot/efi', 'vfat', '/dev/nvme0n1p1'),
        mount('259:1', '/mnt/again', 'vfat', '/dev/nvme0n1p1'),
      ),
      ...block(`${sata}/sda1`, '8:1'),
      ...block(`${nvme}/nvme0n1p1`, '259:1'),
    })
    expect(mounted).toEqual({ functions: ['0000:02:00.0'], elsewhere: [], unknown: [] })
  })

  it('are found where other processes alone see them, by what the file system itself shows', () => {
    const { mounted, 'root-disk': root } = look({
      ...mounts(mount('259:1', '/', 'ext4', '/dev/nvme0n1p1'), mount('0:5', '/proc', 'proc', 'proc')),
      ...block(`${nvme}/nvme0n1p1`, '259:1'),
      ...block(`${sata}/sda1`, '8:1'),
      '/sys/fs/ext4/nvme0n1p1/lifetime_write_kbytes': '1\n',
      '/sys/fs/ext4/features/encryption': 'supported\n',
      '/sys/fs/xfs/sda1/stats/stats': '0\n',
      '/sys/fs/xfs/stats/stats': '0\n',
      ...block(`${otherSata}/sdb1`, '8:17'),
      '/sys/fs/btrfs/features/raid1': '0\n',
      '/sys/fs/btrfs/11111111-2222-3333-4444-555555555555/devices/sdb1': link('../../../../devices/x/sdb1'),
    })
    expect(root.functions).toEqual(['0000:02:00.0'])
    expect(mounted).toEqual({ functions: ['0000:00:17.0', '0000:05:00.0'], elsewhere: [], unknown: [] })
  })

  it('are not all known where that was not recorded', () => {
    const { mounted } = look({
      ...mounts(mount('0:2', '/', 'tmpfs', 'x')),
      '/sys/fs/xfs': { fails: 'unrecorded' },
    })
    expect(mounted.unknown).toEqual([{ unknown: 'unrecorded', path: '/sys/fs/xfs' }])
  })

  it('are not all known where one is ZFS', () => {
    const { mounted } = look(
      mounts(mount('0:2', '/', 'tmpfs', 'x'), mount('0:9', '/data', 'zfs', 'pool/data')),
    )
    expect(mounted.unknown).toMatchObject([{ unknown: 'zfs on /data does not say which disks it stands on' }])
  })
})

describe('swap', () => {
  it('is found on partitions, in files with spaces in their names, and in memory', () => {
    const { swap } = look({
      ...mounts(mount('8:1', '/', 'ext4', '/dev/sda1')),
      '/proc/swaps':
        'Filename Type Size Used Priority\n/dev/dm-0 partition 8 0 -2\n/my\\040swap file 8 0 -3\n/dev/zram0 partition 8 0 100\n',
      ...block(`${sata}/sda1`, '8:1'),
      ...block(`${nvme}/nvme0n1p3`, '259:3'),
      ...stacked('dm-0', '254:0', ['nvme0n1p3']),
      ...stacked('zram0', '251:0', []),
    })
    expect(swap).toMatchObject({
      functions: ['0000:00:17.0', '0000:02:00.0'],
      elsewhere: [{ value: 'in memory' }],
      unknown: [],
    })
  })

  it('is not known where it may not be read', () => {
    expect(look({ ...mounts(), '/proc/swaps': denied }).swap.unknown).toEqual([
      { unknown: 'denied', path: '/proc/swaps' },
    ])
  })
})
