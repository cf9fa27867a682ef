import { describe, expect, it } from 'vitest'
import { ungrouped, workstation } from '../../../test/support/made-computers.js'
import { madeFunction, madeHost, quietHost } from '../../../test/support/made-host.js'
import type { Host } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { groupsDocument } from '../documents/groups.js'
import { groupsText } from '../groups-text.js'
import { render } from '../text.js'

const text = (host: Host) => render(groupsText(groupsDocument(readMachine(host)), 80), false)

describe('groups', () => {
  it('say what has to move together', () => {
    expect(text(workstation())).toBe(`\
Groups as the kernel made them
  ADDRESS  KIND    DEVICE                       DRIVER         HOST USES IT AS
Group 1  2 endpoints: all leave their drivers, or none
  00:01.0  bridge  Intel 6th-10th Gen Core Pr…  pcieport
  01:00.0  VGA     NVIDIA GeForce RTX 3080      nvidia         display, boot VGA
  01:00.1  audio   NVIDIA GA102 High Definiti…  snd_hda_intel
Group 3
  00:14.0  USB     Intel 200 Series PCH USB 3…  xhci_hcd       keyboard
Group 14
  02:00.0  NVMe    Samsung NVMe SSD Controlle…  nvme           root disk
`)
  })

  it('say plainly that there are none, and why as far as that is known', () => {
    expect(text(ungrouped())).toContain('Groups as predicted, by the rules of Linux ')
    expect(text(ungrouped()).split('\n').slice(-5).join('\n')).toBe(`
The kernel made no IOMMU groups here, so no device can be handed over safely. No
IOMMU is on. The firmware describes one (DMAR) that the kernel does not use: try
intel_iommu=on on its command line.
`)
  })

  it.each([
    ['nothing describes one', {}, 'The firmware describes none (no DMAR, IVRS, IORT or VIOT table)'],
    [
      'it is switched off',
      { '/proc/cmdline': 'quiet intel_iommu=on,off\n' },
      'line switches it off: intel_iommu=on,off.',
    ],
    ['an IOMMU is on', { '/sys/class/iommu/ivhd0': '' }, 'Yet an IOMMU is on: ivhd0.'],
    [
      'that is not recorded',
      { '/sys/class/iommu': { fails: 'unrecorded' } as const },
      'Whether an IOMMU is on is not known: not in this recording or text.',
    ],
  ])('are missing where %s', (_, files, why) => {
    expect(
      text(madeHost({ ...quietHost, ...madeFunction('0000:00:02.0'), ...files })).replaceAll('\n', ' '),
    ).toContain(why)
  })

  it('keep apart the functions in none, and those whose group could not be read', () => {
    const host = madeHost({
      ...quietHost,
      ...madeFunction('0000:00:01.0', { group: 0 }),
      ...madeFunction('0000:00:02.0'),
      ...madeFunction('0000:00:03.0', { files: { iommu_group: { fails: 'denied' } } }),
    })
    expect(text(host)).toBe(`\
Groups as the kernel made them
  ADDRESS  KIND     DEVICE     DRIVER  HOST USES IT AS
Group 0
  00:01.0  network  8086:1234  -
No group
  00:02.0  network  8086:1234  -
Group not known
  00:03.0  network  8086:1234  -

Not known: the group of 00:03.0: only root may read
/sys/bus/pci/devices/0000:00:03.0/iommu_group. This would tell: sudo handover
groups
`)
  })
})
