import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootDisk, type DebianDisk, debianDisk } from '../../../test/support/debian-disk.js'
import { shellWords } from '../../../test/support/debian-shell.js'

const bootMs = 1_500_000
const folder = mkdtempSync(join(tmpdir(), 'handover-host-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** 03:00.0: a disk with virtual functions, as QEMU's docs/system/devices/nvme.rst makes it. */
const more = [
  ...['-device', 'pcie-root-port,id=p3,chassis=3,addr=7'],
  ...['-device', 'nvme-subsys,id=s3,nqn=s3'],
  ...[
    '-device',
    'nvme,serial=n3,bus=p3,subsys=s3,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2,max_ioqpairs=6,msix_qsize=4',
  ],
]

/** Debian with systemd, udev and PAM: what else is wanted of the host holds after a restart, and goes without a trace. */
describe.runIf(process.env.HANDOVER_LAB === 'all')('Debian', () => {
  let disk: DebianDisk
  beforeAll(async () => {
    disk = { ...(await debianDisk('bookworm-grub-bios', folder)), more }
  }, bootMs)
  const boot = (script: string) => bootDisk(disk, shellWords + script, bootMs)

  it('has rights, huge pages and virtual functions at every start, and processors for machines now', {
    timeout: 4 * bootMs,
  }, async () => {
    const first = await boot(`
useradd -m -G kvm anna
sums >/root/before
lock() { su anna -s /bin/sh -c 'ulimit -l'; }
ho plan --cpus 1 -o /root/cpus.json >/dev/null
ho apply /root/cpus.json --yes
echo "cpus: $?"; cat /sys/fs/cgroup/system.slice/cpuset.cpus /sys/fs/cgroup/init.scope/cpuset.cpus; grep Cpus_allowed_list /proc/self/status
ho undo
echo "undone: $?"; grep Cpus_allowed_list /proc/self/status; ls /run/systemd/system
echo "lock: $(lock)"
ho plan 03:00.0 --functions 2 --group kvm --huge-pages 64M --boot -o /root/plan.json >/dev/null
echo "plan: $?"
ho apply /root/plan.json --yes
echo "apply: $?"
echo "lock: $(lock)"
`)
    expect(first).toContain('cpus: 0\n0\n0\nCpus_allowed_list:\t0\n')
    expect(first).toMatch(/undone: 0\nCpus_allowed_list:\t0-1\n(?!.*slice)/)
    expect(first).toMatch(/^lock: \d+$/m)
    expect(first).toContain('plan: 2\n')
    expect(first).toContain('apply: 0\nlock: unlimited\n')

    const second = await boot(`
udevadm settle
ho status >/dev/null
echo "status: $?"
cat /sys/bus/pci/devices/0000:03:00.0/sriov_numvfs /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages
part=$(basename $(readlink /sys/bus/pci/devices/0000:03:00.0/virtfn0))
basename "$(readlink /sys/bus/pci/devices/$part/driver)"
ho bind $part
udevadm settle
stat -c '%G %a' /dev/vfio/[0-9]* /dev/vfio/vfio
undone ho undo --all
`)
    expect(second).toMatch(/^status: 0\n2\n32\n\n/)
    expect(second).toContain('kvm 660\nroot 666\n')
    expect(second).toMatch(/undo: 0\nsame\n$/)

    expect(
      await boot(
        'cat /sys/bus/pci/devices/0000:03:00.0/sriov_numvfs /sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages',
      ),
    ).toBe('0\n0\n')
  })
})
