import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import {
  dmarTable,
  drhd,
  scope,
  viotPciRange,
  viotTable,
  viotVirtioPci,
} from '../../test/support/acpi-tables.js'
import { workstation, workstationFiles } from '../../test/support/made-computers.js'
import {
  denied,
  link,
  type Made,
  madeConfig,
  madeFunction,
  madeHost,
  quietHost,
} from '../../test/support/made-host.js'
import { type Host, openHost, recordedHost } from '../host/index.js'
import { readMachine } from '../machine/index.js'
import { showDocument } from './documents/show.js'
import { showText } from './show-text.js'
import { render } from './text.js'

function show(host: Host, address: string, width = 80): string {
  const machine = readMachine(host)
  return render(
    showText(showDocument(machine, machine.functions.find((f) => f.address === address)!), width),
    false,
  )
}
const card = '0000:01:00.0'
const cardFolder = `/sys/devices/pci0000:00/0000:00:01.0/${card}`
/** The page of a network card with these files. */
const page = (files: Readonly<Record<string, Made>>, config?: Uint8Array) =>
  show(
    madeHost({ ...quietHost, ...madeFunction('0000:00:02.0', { files, ...(config && { config }) }) }),
    '0000:00:02.0',
    1000,
  )
const row = (text: string, label: string) =>
  text
    .split('\n')
    .find((line) => line.startsWith(`  ${label} `))
    ?.slice(19)

describe('show', () => {
  it('tells all about a video card in 80 columns', () => {
    expect(show(workstation(), card)).toBe(`\
0000:01:00.0  VGA compatible controller
NVIDIA Corporation GA102 [GeForce RTX 3080]  10de:2206 rev 01
  Driver           nvidia
  IOMMU group      1, with 0000:00:01.0, 0000:01:00.1
  IOMMU unit       DRHD with registers at 0xfed91000, which covers what no other
                   one does
  Reserved memory  0x8a000000 to 0x8a01ffff (RMRR); Linux does not insist on it
                   for this class of device
  Holds            drm card0
  Host uses it as  display (the only one), boot VGA (the only one)
                     display: /sys/class/drm/card0-HDMI-A-1/enabled = enabled
                     display: /sys/class/drm/card0-HDMI-A-1 =
                     /sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0/card0-HDMI-A-1
                     boot VGA: /sys/bus/pci/devices/0000:01:00.0/boot_vga = 1
  Bridge above     0000:00:01.0
  Power            D0; enabled
  NUMA node        none
  Link             2.5 GT/s x16; at most 16 GT/s x16 (below its most now)
  Reset            bus; it has no function level reset

Memory and ports
  BAR 0            memory  0xf6000000  16 MiB  32-bit
  BAR 1            memory  0x4000000000  256 MiB  64-bit  prefetchable
  BAR 3            memory  0x4010000000  32 MiB  64-bit  prefetchable
  BAR 5            ports  0xe000  128 B
  Option ROM       the copy in memory at 0xc0000 that the firmware started, 128
                   KiB; the card's own is not shown

Interrupts
  In use           MSI, 1
  INTx             pin A, IRQ 131; DisINTx masks it (the bit is set now)
  MSI              1 vector
  MSI-X            none

Capabilities
  [60]  Power Management: in D0, D3hot does not reset it
  [68]  Message Signalled Interrupts: on, 1 of 1 vectors, 64-bit
  [78]  PCI Express: Legacy Endpoint, no function level reset, payload 256 of
        256 bytes, ASPM Disabled of L0s L1, 32-bit atomics, 64-bit atomics
  [100] Advanced Error Reporting: errors seen: unsupported request
  [420] Resizable BAR: BAR 1 is 256 MiB, can be 256 MiB
`)
  })

  it('says what only root may know, to somebody else', () => {
    const config = (workstationFiles[`${cardFolder}/config`] as Uint8Array).slice(0, 64)
    const text = show(madeHost({ ...workstationFiles, [`${cardFolder}/config`]: config }), card, 1000)
    const why = 'unknown: only root may read configuration space past byte 0x40'
    expect([row(text, 'MSI'), row(text, 'MSI-X')]).toEqual([why, why])
    expect(row(text, 'Reset')).toBe(`bus; function level reset ${why}`)
    expect(text).toContain('There may be more: only root may read configuration space past byte 0x40.')
    // What sysfs tells everybody stays known.
    expect(row(text, 'Link')).toBe('2.5 GT/s x16; at most 16 GT/s x16 (below its most now)')
  })

  it('knows next to nothing from an old recording, and says so', () => {
    const files = {
      '/sys/bus/pci/devices': { list: ['0000:00:02.0'] },
      '/sys/bus/pci/devices/0000:00:02.0/vendor': { text: '0x8086\n' },
    }
    const head = { format: 'handover.recording/1', program: 'x', recorded: 'x', pseudonyms: false }
    const text = show(recordedHost(JSON.stringify({ ...head, files }), 'old.json'), '0000:00:02.0', 1000)
    const unknown = 'unknown: not in this recording or text'
    for (const label of [
      'Bridge above',
      'Driver',
      'IOMMU group',
      'NUMA node',
      'BARs',
      'Option ROM',
      'In use',
      'INTx',
      'MSI',
      'MSI-X',
    ])
      expect([label, row(text, label)]).toEqual([label, unknown])
    expect(row(text, 'Host uses it as')).toBe(unknown)
    expect(text).not.toMatch(/: none$/m)
  })

  it('knows little from the output of lspci -nnk, and says so', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'handover-show-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'pasted')
    writeFileSync(
      file,
      `00:01.0 PCI bridge [0604]: Intel Corporation Device [8086:1901] (rev 07)
\tKernel driver in use: pcieport
01:00.0 VGA compatible controller [0300]: NVIDIA Corporation Device [10de:2206] (rev a1)
\tSubsystem: ASUSTeK Computer Inc. Device [1043:87b2]
\tKernel driver in use: nvidia
`,
    )
    const text = show(await openHost(file), '0000:01:00.0', 1000)
    expect(row(text, 'Driver')).toBe('nvidia')
    const unknown = 'unknown: not in this recording or text'
    for (const label of ['Bridge above', 'Link', 'BARs', 'Option ROM', 'MSI', 'MSI-X'])
      expect([label, row(text, label)]).toEqual([label, unknown])
  })

  it('tells which IOMMU the firmware puts in charge, or why that is not known', () => {
    const table = '/sys/firmware/acpi/tables/DMAR'
    const lines = (files: Readonly<Record<string, Made>>) => {
      const text = show(madeHost({ ...workstationFiles, ...files }), card, 1000)
      return [row(text, 'IOMMU unit'), row(text, 'Reserved memory')]
    }
    expect(lines({ [table]: denied })).toEqual([`unknown: only root may read ${table}`, undefined])
    expect(lines({ [table]: new Uint8Array(8) })).toEqual([
      `unknown: the table is broken at byte 0x0 (${table})`,
      undefined,
    ])
    const bridge = drhd({ base: 0xfed9_0000 }, scope(2, 0, [1, 0]))
    expect(lines({ [table]: dmarTable({}, bridge) })).toEqual([
      'DRHD with registers at 0xfed90000, which names 0000:00:01.0 above it',
      undefined,
    ])
    expect(lines({ [table]: dmarTable({}) })).toEqual(["none in the firmware's tables", undefined])
    const viot = viotTable([viotVirtioPci(0, 0x0008), viotPciRange([0, 0], [0, 0xffff], 0x30)])
    const others = Object.entries(workstationFiles).filter(([path]) => path !== table)
    const text = show(
      madeHost({ ...Object.fromEntries(others), '/sys/firmware/acpi/tables/VIOT': viot }),
      card,
      1000,
    )
    expect(row(text, 'IOMMU unit')).toBe(
      'virtio-iommu 0000:00:01.0, which covers a range of addresses that it is in',
    )
  })

  it('tells windows and the two ends of SR-IOV', () => {
    const none = '0x0000000000000000 0x0000000000000000 0x0000000000000000\n'
    const window = '0x00000000a0000000 0x00000000b01fffff 0x0000000000102201\n'
    const text = page({
      resource: none.repeat(15) + window + none,
      sriov_totalvfs: '7\n',
      sriov_numvfs: '2\n',
    })
    expect(row(text, 'Bridge window')).toBe('prefetchable  0xa0000000  258 MiB')
    expect(row(text, 'SR-IOV')).toBe('2 of 7 virtual functions in use')
    expect(row(page({ physfn: link('../0000:00:01.0') }), 'SR-IOV')).toBe(
      'a virtual function of 0000:00:01.0',
    )
  })

  it.each([
    [
      {
        current_link_speed: 'Unknown\n',
        current_link_width: '0\n',
        max_link_speed: '8.0 GT/s PCIe\n',
        max_link_width: '4\n',
      },
      'down; at most 8 GT/s x4',
    ],
    [
      {
        current_link_speed: '8.0 GT/s PCIe\n',
        current_link_width: '4\n',
        max_link_speed: '8.0 GT/s PCIe\n',
        max_link_width: '4\n',
      },
      '8 GT/s x4, its most',
    ],
    [{}, 'no PCI Express link of its own'],
  ])('tells the link %j', (files, link) => {
    expect(row(page(files), 'Link')).toBe(link)
  })

  it('tells a driver that is set by hand, and a sleeping device', () => {
    const text = page({ driver_override: 'vfio-pci\n', power_state: 'D3cold\n', enable: '0\n' })
    expect(row(text, 'Driver')).toBe('none; driver_override says vfio-pci')
    expect(row(text, 'Power')).toBe('D3cold; not enabled by a driver')
  })

  it('tells a broken list of capabilities', () => {
    const config = madeConfig()
    config[0x06] = 0x10
    config[0x34] = 0x50
    config.set([0x01, 0x50], 0x50)
    const text = page({}, config)
    expect(text).toContain('There may be more: the list of capabilities is broken at byte 0x51.')
    expect(text).toContain('Broken: loop at byte 0x51 (target 80)')
    expect(row(text, 'MSI')).toBe('unknown: the list of capabilities is broken at byte 0x51')
  })

  it('tells a device that answers nothing', () => {
    const text = page({ config: new Uint8Array(256).fill(0xff) })
    expect(text).toContain('Broken: no-response at byte 0x0')
    expect(row(text, 'MSI')).toContain('unknown')
  })

  it('names the path where it is the path that cannot be read', () => {
    expect(row(page({ irq: '7\n', resource: denied }), 'Option ROM')).toBe(
      'unknown: only root may read /sys/bus/pci/devices/0000:00:02.0/resource',
    )
  })
})
