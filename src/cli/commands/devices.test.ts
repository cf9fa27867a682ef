import { describe, expect, it } from 'vitest'
import { ungrouped, workstation } from '../../../test/support/made-computers.js'
import { madeFunction, madeHost, quietHost } from '../../../test/support/made-host.js'
import type { Host } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import type { Verdict } from '../../rules/index.js'
import { devicesDocument } from '../documents/devices.js'
import { render } from '../text.js'
import { devicesNotes, devicesText } from './devices.js'

/** Verdicts are what rules say, which is tested with them: here they are given. */
const table = (host: Host, width: number, verdict: Verdict = 'ready') => {
  const document = devicesDocument(readMachine(host))
  const functions = document.functions.map((f) => ({ ...f, verdict: f.verdict === null ? null : verdict }))
  return render(devicesText({ ...document, functions }, width), false)
}
const notes = (host: Host) =>
  render(devicesNotes(devicesDocument(readMachine(host)), Number.POSITIVE_INFINITY), false)

describe('devices', () => {
  it('fit into 80 columns', () => {
    expect(table(workstation(), 80)).toBe(`\
GROUP  CHECK  ADDRESS  KIND    DEVICE           DRIVER         HOST USES IT AS
    1         00:01.0  bridge  Intel 6th-10th…  pcieport
       ready  01:00.0  VGA     NVIDIA GeForce…  nvidia         display, boot VGA
       ready  01:00.1  audio   NVIDIA GA102 H…  snd_hda_intel
    3  ready  00:14.0  USB     Intel 200 Seri…  xhci_hcd       keyboard
   14  ready  02:00.0  NVMe    Samsung NVMe S…  nvme           root disk
`)
  })

  it.each([
    ['ready', 'ready'],
    ['ready after steps', 'steps'],
    ['not possible', 'no'],
    ['unknown', '?'],
  ] as const)('show the verdict %s as %s, and none of a bridge', (verdict, mark) => {
    const [, bridge, card] = table(workstation(), 80, verdict).split('\n')
    expect(bridge).toContain('    1         00:01.0')
    expect(card).toContain(`       ${mark.padEnd(5)}  01:00.0`)
  })

  it('use the room of a wider terminal', () => {
    expect(table(workstation(), 200).split('\n')[1]).toBe(
      '    1         00:01.0  bridge  Intel 6th-10th Gen Core Processor PCIe Controller (x16)  pcieport',
    )
  })

  it('are listed without groups where the kernel made none, which is said', () => {
    expect(table(ungrouped(), 80).split('\n').slice(0, 3).join('\n')).toBe(`\
GROUP  CHECK  ADDRESS  KIND    DEVICE           DRIVER         HOST USES IT AS
    -         00:01.0  bridge  Intel 6th-10th…  pcieport
    -  ready  00:14.0  USB     Intel 200 Seri…  xhci_hcd       keyboard`)
    expect(notes(ungrouped())).toBe(
      'The kernel made no IOMMU groups here, so no device can be handed over safely. No IOMMU is on. The firmware describes one (DMAR) that the kernel does not use: try intel_iommu=on on its command line.\n',
    )
    expect(notes(workstation())).toBe('')
  })

  it('show segments where there are several, and what is not known as such', () => {
    const host = madeHost({
      ...quietHost,
      ...madeFunction('0000:00:0e.0', { files: { iommu_group: { fails: 'unrecorded' } } }),
      ...madeFunction('10000:e1:00.0', {
        files: { class: { fails: 'unrecorded' }, driver: { fails: 'denied' } },
      }),
    })
    expect(table(host, 80)).toBe(`\
GROUP  CHECK  ADDRESS        KIND     DEVICE     DRIVER  HOST USES IT AS
    ?  ready  0000:00:0e.0   network  8086:1234  -
    -  ready  10000:e1:00.0  ?        8086:1234  ?
`)
  })

  it('say what could not be found out about their use', () => {
    const host = madeHost({
      ...quietHost,
      ...madeFunction('0000:00:02.0', { group: 1 }),
      '/proc/self/mountinfo': '30 1 0:26 / / rw - zfs rpool/ROOT rw\n',
    })
    expect(notes(host)).toBe(
      'Not known: what the root file system stands on: zfs on / does not say which disks it stands on (/proc/self/mountinfo).\n',
    )
  })

  it('cannot make a terminal do anything', () => {
    const host = madeHost({
      ...quietHost,
      ...madeFunction('0000:00:02.0', { driver: '\x1b]0;title\x07' }),
      '/usr/share/misc/pci.ids': '8086  \x1b[2JIntel\u202e\n',
    })
    expect(table(host, 200)).not.toMatch(/[^\x20-\x7e\n]/)
    expect(table(host, 200)).toContain('\\x1b[2JIntel\\u202e')
  })
})
