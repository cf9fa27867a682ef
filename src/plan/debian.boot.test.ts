import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootDisk, type DebianDisk, debianDisk } from '../../test/support/debian-disk.js'
import { recipes } from '../../test/support/debian-recipes.js'
import { shellWords } from '../../test/support/debian-shell.js'

const bootMs = 1_500_000
const folder = mkdtempSync(join(tmpdir(), 'handover-debian-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// One of them in `npm test`, all in `npm run lab:all`.
const all = Object.keys(recipes) as (keyof typeof recipes)[]
const isRoot = process.getuid?.() === 0
if (!isRoot) console.log('skipped: a disk with a Debian on it is made by root')
const names = process.env.HANDOVER_LAB === 'all' ? all : (['bookworm-grub-bios'] as const)

/** As from a rescue system: where the host's root is mounted somewhere. */
const fromRescue =
  'from_rescue() { mount /dev/vda2 /mnt && mount /dev/vda1 /mnt/boot/efi && ho undo --root /mnt; }'

/** Debian with each boot loader and initramfs: two equal disks, one of which is to go; VT-d is switched off. */
describe.skipIf(!isRoot).each(names)('Debian: %s', (name) => {
  let disk: DebianDisk
  beforeAll(async () => {
    disk = await debianDisk(name, folder)
  }, bootMs)
  const boot = (script: string) => bootDisk(disk, shellWords + script, bootMs)

  it('takes one of two equal disks from the next start on, and goes back without a trace', {
    timeout: 4 * bootMs,
  }, async () => {
    const first = await boot(`
sums >/root/before
echo "iommu: $(ls /sys/class/iommu)"
drivers
ho plan 01:00.0 --boot -o /root/plan.json >/dev/null
echo "plan: $?"
ho apply /root/plan.json --yes
echo "apply: $?"
`)
    expect(first).toContain('iommu: \nnvme\nnvme\n')
    expect(first).toContain('plan: 2\n')
    expect(first).toContain('kernel command line: intel_iommu=on')
    expect(first).toContain('apply: 0\n')

    const second = await boot(`
drivers
ls /sys/class/iommu
grep -c 'intel_iommu=off.*intel_iommu=on' /proc/cmdline
dmesg | grep -c 'nvme .*pci function 0000:01:00.0'
dmesg | grep -c 'nvme .*pci function 0000:02:00.0'
ho status
echo "status: $?"
${fromRescue}
undone ${name.endsWith('grub-efi') ? 'from_rescue' : 'ho undo'}
`)
    expect(second).toMatch(/^vfio-pci\nnvme\ndmar0\n1\n0\n1\n/)
    expect(second).toContain('status: 0\n')
    expect(second).toContain('undo: 0\nsame\n')

    expect(await boot('drivers\nls /sys/class/iommu\ncat /proc/cmdline')).toMatch(
      /^nvme\nnvme\n\S.*intel_iommu=off/,
    )
  })

  // One with each of the initramfs's makers.
  it.runIf(['trixie-grub-bios', 'trixie-extlinux-dracut'].includes(name))(
    'takes all disks of an id before their driver sees them, and goes back without a trace',
    {
      timeout: 3 * bootMs,
    },
    async () => {
      const first = await boot(`
sums >/root/before
ho plan 01:00.0 02:00.0 --by-id --boot -o /root/plan.json >/dev/null
echo "plan: $?"
ho apply /root/plan.json --yes
echo "apply: $?"
`)
      expect(first).toContain('plan: 2\n')
      expect(first).toContain('apply: 0\n')

      const second = await boot(`
drivers
dmesg | grep -c 'nvme .*pci function'
ho status
echo "status: $?"
undone ho undo
`)
      expect(second).toMatch(/^vfio-pci\nvfio-pci\n0\n/)
      expect(second).toContain('status: 0\n')
      expect(second).toContain('undo: 0\nsame\n')
    },
  )
})
