import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  at,
  decoded,
  hostOf,
  link,
  nic,
  pciIds,
  port,
  root,
  switchPort,
  text,
  virtual,
  whole,
} from '../../test/support/pasted-lspci.js'
import { ConfigSpace, decodeFunction } from '../pci/index.js'
import type { Host } from './host.js'
import { LspciTextError } from './lspci-text.js'

describe('the files of sysfs', () => {
  const host = hostOf(whole)

  it('hold what the text tells', () => {
    expect(text(host, '0000:01:00.0', 'irq')).toBe('16\n')
    expect(text(host, '0000:01:00.0', 'numa_node')).toBe('1\n')
    expect(text(host, '0000:01:00.0', 'subsystem_vendor')).toBe('0x8086\n')
    expect(text(host, '0000:01:00.0', 'subsystem_device')).toBe('0x0001\n')
    expect(text(host, '0000:01:00.0', 'sriov_totalvfs')).toBe('8\n')
    expect(text(host, '0000:01:00.0', 'sriov_numvfs')).toBe('2\n')
    expect(text(host, '0000:00:01.0', 'secondary_bus_number')).toBe('1\n')
    expect(text(host, '0000:00:01.0', 'subordinate_bus_number')).toBe('2\n')
    expect(link(host, '0000:01:00.0', 'driver')).toBe('../../../../bus/pci/drivers/igb')
    expect(link(host, '0000:01:00.0', 'iommu_group')).toBe('../../../../kernel/iommu_groups/1')
  })

  it('are absent where the text shows that there is none', () => {
    expect(text(host, '0000:00:00.0', 'irq')).toBe('0\n')
    expect(text(host, '0000:00:00.0', 'numa_node')).toBe('-1\n')
    expect(link(host, '0000:00:00.0', 'driver')).toBe('absent')
    expect(link(host, '0000:01:01.0', 'iommu_group')).toBe('absent')
    expect(text(host, '0000:00:00.0', 'secondary_bus_number')).toBe('absent')
    expect(text(host, '0000:00:00.0', 'sriov_totalvfs')).toBe('absent')
    expect(text(host, '0000:00:01.0', 'subsystem_vendor')).toBe('0x0000\n')
  })

  it('are unrecorded where it does not tell', () => {
    expect(text(host, '0000:01:00.0', 'reset_method')).toBe('unrecorded')
    expect(text(host, '0000:01:00.0', 'boot_vga')).toBe('unrecorded')
    expect(host.readText('/proc/cmdline')).toEqual({ kind: 'unrecorded' })
    expect(host.list(at('0000:01:00.0'))).toEqual({ kind: 'unrecorded' })
    expect(text(host, '0000:09:00.0', 'vendor')).toBe('unrecorded')
    // A list without details tells of no driver, no group, no place below a bridge.
    const terse = hostOf(
      '00:00.0 Host bridge [0600]: X [8086:1237]\n01:00.0 Ethernet controller [0200]: X [8086:1521]\n',
    )
    for (const name of ['driver', 'iommu_group', 'physfn'])
      expect(link(terse, '0000:01:00.0', name)).toBe('unrecorded')
    for (const name of [
      'irq',
      'numa_node',
      'resource',
      'secondary_bus_number',
      'sriov_totalvfs',
      'subsystem_vendor',
    ])
      expect(text(terse, '0000:01:00.0', name)).toBe('unrecorded')
    expect(link(terse, '0000:01:00.0')).toBe('unrecorded')
    // Nor do details of which none names a driver or a group: an lspci that prints neither.
    const bare = hostOf(whole.replace(/^\t(Kernel|IOMMU|NUMA).*\n/gm, ''))
    for (const name of ['driver', 'iommu_group']) expect(link(bare, '0000:00:00.0', name)).toBe('unrecorded')
    expect(text(bare, '0000:00:00.0', 'numa_node')).toBe('unrecorded')
    // Nor does the last function of a text that was cut off.
    expect(link(hostOf(`${nic}\n${virtual}`), '0000:02:10.0', 'driver')).toBe('unrecorded')
    expect(link(hostOf(`${virtual}\n${nic}`), '0000:02:10.0', 'driver')).toBe('absent')
  })

  it('give pci.ids of the computer that this runs on', () => {
    expect(host.readText('/usr/share/misc/pci.ids')).toEqual({ kind: 'value', value: pciIds })
  })

  it('have the ranges, sizes and kinds in the kernel’s form', () => {
    const zero = '0x0000000000000000 0x0000000000000000 0x0000000000000000'
    expect(text(host, '0000:01:00.0', 'resource').split('\n')).toEqual([
      '0x0000004000000000 0x0000004000ffffff 0x000000000014220c',
      zero,
      '0x000000000000e000 0x000000000000e01f 0x0000000000040101',
      '0x00000000f0000000 0x00000000f0003fff 0x0000000000040200',
      zero,
      zero,
      '0x00000000f1000000 0x00000000f107ffff 0x0000000000046200',
      '',
    ])
    expect(text(host, '0000:00:01.0', 'resource').split('\n').slice(7)).toEqual([
      '0x000000000000e000 0x000000000000efff 0x0000000000000101',
      '0x00000000f0000000 0x00000000f1ffffff 0x0000000000000200',
      '0x0000004000000000 0x00000040ffffffff 0x0000000000102200',
      zero,
      '',
    ])
    expect(text(host, '0000:01:01.0', 'resource').split('\n').slice(7)).toEqual([zero, zero, zero, zero, ''])
  })

  const withRegions = (...regions: string[]) =>
    text(
      hostOf(
        `${root.replace('00:00.0', '00:02.0').replace('Control: I/O+', 'Flags: x')}${regions.map((one) => `\t${one}\n`).join('')}\n${root}`,
      ),
      '0000:00:02.0',
      'resource',
    )
      .split('\n')
      .map((line) => line.slice(10, 18))
  it('tell the place of a range from -v only where there is no other', () => {
    const wide = 'Memory at e0000000 (64-bit, prefetchable) [size=256M]'
    const ports = 'I/O ports at e000 [size=256]'
    const narrow = 'Memory at f7800000 (32-bit, non-prefetchable) [size=256K]'
    expect(withRegions(wide, wide, ports, narrow).slice(0, 6)).toEqual([
      'e0000000',
      '00000000',
      'e0000000',
      '00000000',
      '0000e000',
      'f7800000',
    ])
    expect(withRegions(wide, ports, narrow)).toEqual([''])
  })
  it('tell nothing of a range without its size, and know the shadow of a video ROM', () => {
    expect(withRegions('Region 0: Memory at e0000000 (32-bit, non-prefetchable)')).toEqual([''])
    expect(withRegions('Region 0: Memory at <unassigned> (32-bit, non-prefetchable) [size=1M]')).toEqual([''])
    const shadow = hostOf(`${root}\tExpansion ROM at 000c0000 [virtual] [disabled] [size=128K]\n\n${port}`)
    expect(text(shadow, '0000:00:00.0', 'resource').split('\n')[6]).toBe(
      '0x00000000000c0000 0x00000000000dffff 0x0000000000000212',
    )
  })
})

describe('the tree of buses', () => {
  it('follows from the bus numbers of the bridges', () => {
    const host = hostOf(whole)
    expect(link(host, '0000:00:00.0')).toBe('../../../devices/pci0000:00/0000:00:00.0')
    expect(link(host, '0000:01:00.0')).toBe('../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0')
    expect(link(host, '0000:02:10.0')).toBe(
      '../../../devices/pci0000:00/0000:00:01.0/0000:01:01.0/0000:02:10.0',
    )
  })

  it('has a second root only where the text tells of all bridges', () => {
    const far = virtual.replace('02:10.0', '80:01.0')
    expect(link(hostOf(`${whole}\n${far}`), '0000:80:01.0')).toBe('../../../devices/pci0000:80/0000:80:01.0')
    expect(link(hostOf(`${nic}\n${far}`), '0000:80:01.0')).toBe('unrecorded')
    expect(
      link(hostOf(`${whole}\n03:00.0 Ethernet controller [0200]: X [8086:1521]\n`), '0000:03:00.0'),
    ).toBe('unrecorded')
  })

  it('has the domain behind a Volume Management Device below that device', () => {
    const vmd = `${root.replace('00:00.0 Host bridge [0600]', '0000:00:0e.0 RAID bus controller [0104]')}\tKernel driver in use: vmd\n`
    const behind = virtual.replace('02:10.0', '10000:e0:06.0')
    expect(link(hostOf(`${root}\n${vmd}\n${behind}`), '10000:e0:06.0')).toBe(
      '../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0',
    )
    expect(link(hostOf(`${root}\n${behind}`), '10000:e0:06.0')).toBe('unrecorded')
  })

  it('does not follow bridges in a circle', () => {
    const loop = switchPort.replace('secondary=02', 'secondary=01')
    expect(link(hostOf(`${root}\n${loop}\n${nic}`), '0000:01:01.0')).toBe(
      '../../../devices/pci0000:01/0000:01:01.0',
    )
    const back = switchPort.replace('01:01.0', '02:01.0').replace('secondary=02', 'secondary=01')
    expect(link(hostOf(`${root}\n${switchPort}\n${back}\n${nic}`), '0000:01:00.0')).toMatch(
      /^\.\.\/|^unrecorded$/,
    )
  })

  it('knows the virtual functions by their routing ids', () => {
    const host = hostOf(
      `${whole}\n${virtual.replace('02:10.0', '02:10.4')}\n${virtual.replace('02:10.0', '02:11.0')}`,
    )
    expect(link(host, '0000:02:10.0', 'physfn')).toBe('../0000:01:00.0')
    expect(link(host, '0000:02:10.4', 'physfn')).toBe('../0000:01:00.0')
    expect(link(host, '0000:01:00.0', 'physfn')).not.toBe('../0000:01:00.0')
    expect(link(hostOf(`${root}\n${nic}\n${root}`), '0000:00:00.0', 'physfn')).toBe('absent')
    expect(
      link(
        hostOf(
          `${nic.replace(/\tCapabilities: \[160[\s\S]*/, '\tCapabilities: <access denied>\n')}\n${root}`,
        ),
        '0000:00:00.0',
        'physfn',
      ),
    ).toBe('unrecorded')
  })
})

describe('a text that went through a mailer or a forum', () => {
  it('may have someone’s answer between its functions', () => {
    const quoted = (text: string) => text.replace(/^/gm, '> ')
    const host = hostOf(
      `${quoted(root)}\nThis one: Control: I/O- is fine.\n\tKernel driver in use: nonsense\n\n${quoted(nic)}\nBye.\n`,
    )
    expect(host.list('/sys/bus/pci/devices')).toEqual({
      kind: 'value',
      value: ['0000:00:00.0', '0000:01:00.0'],
    })
    expect(link(host, '0000:00:00.0', 'driver')).not.toContain('nonsense')
    expect(decoded(host, '0000:00:00.0').header.fields).toMatchObject({ command: { io: true } })
  })

  it('may tell of one function several times', () => {
    const host = hostOf(
      `01:00.0 Ethernet controller [0200]: Card [8086:1521]\n\nand in full:\n\n${nic.replace('[8086:1521]', '').replace('[0200]', '')}`,
    )
    expect(host.list('/sys/bus/pci/devices')).toEqual({ kind: 'value', value: ['0000:01:00.0'] })
    expect(text(host, '0000:01:00.0', 'device')).toBe('0x1521\n')
    expect(decoded(host, '0000:01:00.0').capabilities.length).toBe(6)
  })

  it.each([
    ['in the title', 'Ethernet controller [0200]: X [8086:1521] (rev', '01)'],
    ['before the ids', 'Ethernet controller [0200]: X', '[8086:1521] (rev 01)'],
    ['after the class', 'Ethernet controller [0200]:', 'X [8086:1521] (rev 01)'],
  ])('may be broken %s', (_, first, second) => {
    const host = hostOf(`01:00.0 ${first}\n${second}\n\tKernel driver in use:\n igb\n`)
    expect(text(host, '0000:01:00.0', 'device')).toBe('0x1521\n')
    expect(text(host, '0000:01:00.0', 'revision')).toBe('0x01\n')
    expect(link(host, '0000:01:00.0', 'driver')).toContain('/igb')
  })

  it('may have its words broken anywhere between them', () => {
    const snapshot = (text: string) => {
      const host = hostOf(text)
      return ['0000:00:01.0', '0000:01:00.0'].flatMap((one) => [
        ...['resource', 'irq', 'sriov_totalvfs'].map((name) => host.readText(at(one, name))),
        host.readBytes(at(one, 'config')),
        host.readLink(at(one, 'driver')),
      ])
    }
    for (const columns of [50, 60, 66, 72, 78]) {
      const broken = whole
        .split('\n')
        .flatMap((line) => line.match(new RegExp(`(?:\\s*.{1,${columns}})(?=\\s|$)|\\S+`, 'g')) ?? [''])
        .join('\n')
      expect(snapshot(broken), `${columns} columns`).toEqual(snapshot(whole))
    }
  })
})

describe('any text', () => {
  it('gives a host or the typed error, in bounded time, and every config decodes', () => {
    const lines = whole.split('\n')
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...lines) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '',
          '> ',
          '[...]',
          '00: ff ff',
          '<chain looped>',
          '\tCapabilities:',
          '\tCapabilities: [00] <chain looped>',
          '\tCapabilities: [fff v1] Virtual Channel',
          '\tCapabilities: [ff] #ff [0000]',
          '\tRegion 9: Memory at',
          '\tBus: primary=00, secondary=00',
          '\t\tVC99: Caps:',
          'fff: 00 00 00',
        ),
      },
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('\n')
        let host: Host
        try {
          host = hostOf(text)
        } catch (error) {
          expect(error).toBeInstanceOf(LspciTextError)
          return
        }
        const list = host.list('/sys/bus/pci/devices')
        for (const address of list.kind === 'value' ? list.value : []) {
          const config = host.readBytes(at(address, 'config'))
          if (config.kind === 'value')
            decodeFunction(new ConfigSpace(config.value.bytes, config.value.known)).capabilities.map(
              ({ fields }) => fields,
            )
        }
      }),
      { numRuns: 300 },
    )
  })

  it('may be long and have no end of a line that goes on', () => {
    const vendor = text(hostOf(nic), '0000:01:00.0', 'vendor')
    for (const more of ['and so on and so on\n'.repeat(200_000), '\t\t\tx'.repeat(300_000)])
      expect(text(hostOf(nic + more), '0000:01:00.0', 'vendor')).toBe(vendor)
  })
})

describe('a text without a function', () => {
  it.each([
    ['', '""'],
    ['\n\nHello there\n', '"Hello there"'],
    ['\u001b]0;title\u0007 boo', '"\\u001b]0;title\\u0007 boo"'],
    ['-[0000:00]-+-00.0  Intel\n', '"-[0000:00]-+-00.0  Intel"'],
    ['pci 0000:00:1f.0: [8086:1237] type 00\n', '"pci 0000:00:1f.0: [8086:1237] type 00"'],
  ])('%j is refused, quoting its first line', (text, quoted) => {
    let thrown: unknown
    try {
      hostOf(text)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(LspciTextError)
    expect((thrown as Error).message).toMatch(/^pasted\.txt: no PCI function in it: expected lines such as /)
    expect((thrown as Error).message.endsWith(`it begins with ${quoted}`)).toBe(true)
  })
})
