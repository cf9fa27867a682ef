import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootDisk, cutPower, type DebianDisk, debianDisk } from '../../test/support/debian-disk.js'
import { shellWords } from '../../test/support/debian-shell.js'

const bootMs = 1_500_000
const folder = mkdtempSync(join(tmpdir(), 'handover-cut-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/**
 * The computer's power is cut while it changes its boot: what its system had not yet sent to the disk is lost. carry-out.test.ts
 * cuts before every step; these are moments between steps, and while a command writes.
 */
describe.runIf(process.env.HANDOVER_LAB === 'all')('a power cut', () => {
  let disk: DebianDisk
  beforeAll(async () => {
    disk = await debianDisk('bookworm-grub-bios', folder)
    const said = await boot(
      'sums >/root/before; sync; ho plan 01:00.0 --boot -o /root/plan.json >/dev/null; echo "plan: $?"',
    )
    expect(said).toContain('plan: 2')
  }, 2 * bootMs)
  const boot = (script: string) => bootDisk(disk, shellWords + script, bootMs)

  it.each([
    ['after the first line of the journal', 'kernel command line', 0],
    ['while the menu is made', 'kernel command line', 2_500],
    ['while the initramfs is made', 'binding to vfio-pci at boot', 15_000],
  ])(
    '%s: it starts again, says so, and is as it was after undo',
    { timeout: 3 * bootMs },
    async (_, marker, afterMs) => {
      await cutPower(disk, `${shellWords}ho apply /root/plan.json --yes`, bootMs, marker, afterMs)
      const said = await boot(`
ho status
echo "status: $?"
undone ho undo
ls -A /etc/default /boot | grep handover
`)
      expect(said).toMatch(/status: [02]\n/)
      expect(said).toMatch(/undo: 0\nsame\n$/)
    },
  )
})
