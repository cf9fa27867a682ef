import { describe, expect, it } from 'vitest'
import { denied, link, madeConfig, madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { tracingHost } from '../host/index.js'
import { roleNames } from './machine.js'
import { readMachine } from './read-machine.js'

const one = (facts: Parameters<typeof madeFunction>[1] = {}) =>
  readMachine(madeHost({ ...quietHost, ...madeFunction('0000:00:02.0', facts) })).functions[0]!

describe('a machine', () => {
  it('sorts its functions by segment, bus, device and function', () => {
    const addresses = ['10000:00:00.0', '0000:ff:00.0', '0000:00:1f.6', '0000:00:02.0']
    const files = addresses.map((address) => madeFunction(address))
    const machine = readMachine(madeHost(Object.assign({ ...quietHost }, ...files)))
    expect(machine.functions.map(({ address }) => address)).toEqual(addresses.toReversed())
  })

  it('has no PCI bus where sysfs shows none', () => {
    const machine = readMachine(madeHost({ '/sys/bus/usb/devices/': '', '/sys/class/net/': '' }))
    expect(machine).toMatchObject({ bus: { value: 'absent' }, functions: [] })
  })

  it('says that it could not look where sysfs is not mounted', () => {
    const machine = readMachine(madeHost({ '/proc/cmdline': 'quiet\n' }))
    expect(machine.bus).toEqual({ unknown: 'sysfs is not mounted here', path: '/sys' })
    for (const role of roleNames)
      expect(machine.roles[role].unknown).toContainEqual({
        unknown: 'sysfs is not mounted here',
        path: '/sys/class',
      })
  })

  it('says so where the bus may not be listed', () => {
    const machine = readMachine(madeHost({ '/sys/bus/pci/devices': denied }))
    expect(machine.bus).toEqual({ unknown: 'denied', path: '/sys/bus/pci/devices' })
  })

  it('reads no configuration space for what a list of devices needs, since that wakes sleeping devices', () => {
    const host = tracingHost(
      madeHost({
        ...quietHost,
        ...madeFunction('0000:00:02.0', { class: 0x030000 }),
        ...madeFunction('0000:00:1c.0', { class: 0x060400, files: { secondary_bus_number: '1\n' } }),
      }),
    )
    const machine = readMachine(host)
    for (const f of machine.functions) void [f.names, f.isBridge, f.driver, f.group, f.roles, f.holds]
    expect(
      [...host.trace.keys()].filter((path) => path.endsWith('/config') || path.includes('link_speed')),
    ).toEqual([])
  })
})

describe('a function', () => {
  it('knows the bridge above it', () => {
    const machine = readMachine(
      madeHost({ ...quietHost, ...madeFunction('0000:01:00.0', { above: 'pci0000:00/0000:00:1c.0' }) }),
    )
    expect(machine.functions[0]!.parent).toEqual({ value: '0000:00:1c.0' })
    expect(one().parent).toEqual({ value: null })
  })

  it('is a bridge by what the kernel says, else by its header', () => {
    const bridge = { class: 0x060400, config: madeConfig({ class: 0x060400, headerType: 1 }) }
    expect(one().isBridge).toEqual({ value: false })
    expect(one({ files: { secondary_bus_number: '1\n' } }).isBridge).toEqual({ value: true })
    expect(one(bridge).isBridge).toEqual({ value: true })
    expect(one({ class: 0x060000 }).isBridge).toEqual({ value: false })
    expect(one({ class: 0x060400, files: { config: denied } }).isBridge).toMatchObject({ unknown: 'denied' })
  })

  it('tells "none" from "not known"', () => {
    expect(one().driver).toEqual({ value: null })
    expect(one().group).toEqual({ value: null })
    expect(one({ driver: 'e1000e', group: 7 })).toMatchObject({
      driver: { value: 'e1000e' },
      group: { value: 7 },
    })
    const path = '/sys/bus/pci/devices/0000:00:02.0'
    expect(one({ files: { driver: denied } }).driver).toEqual({ unknown: 'denied', path: `${path}/driver` })
    expect(one({ files: { iommu_group: { fails: 'unrecorded' } } }).group).toEqual({
      unknown: 'unrecorded',
      path: `${path}/iommu_group`,
    })
    expect(one({ files: { vendor: 'what?\n' } }).vendor).toMatchObject({
      unknown: 'not understood: "what?\\n"',
    })
  })

  it.each([
    ['(null)\n', null],
    ['\n', null],
    ['vfio-pci\n', 'vfio-pci'],
  ])('reads driver_override %j as %j', (text, value) => {
    expect(one({ files: { driver_override: text } }).driverOverride).toEqual({ value })
  })

  it('reads what the kernel writes for "none"', () => {
    expect(one({ files: { numa_node: '-1\n', irq: '0\n' } })).toMatchObject({
      numaNode: { value: null },
      irq: { value: null },
    })
    expect(one({ files: { numa_node: '1\n', irq: '16\n' } })).toMatchObject({
      numaNode: { value: 1 },
      irq: { value: 16 },
    })
    expect(one({ files: { subsystem_vendor: '0x1043\n' } })).toMatchObject({
      subsystemVendor: { value: 0x1043 },
      subsystemDevice: { value: null },
    })
  })

  it('counts the message interrupts in use', () => {
    expect(one().messageIrqs).toEqual({ value: null })
    expect(one({ files: { 'msi_irqs/130': 'msix\n', 'msi_irqs/131': 'msix\n' } }).messageIrqs).toEqual({
      value: { mode: 'msix', count: 2 },
    })
  })

  it('has reset methods, none, or ones that an older kernel does not tell', () => {
    expect(one({ files: { reset_method: 'flr bus\n' } }).resetMethods).toEqual({ value: ['flr', 'bus'] })
    expect(one().resetMethods).toEqual({ value: null })
    expect(one({ files: { reset: denied } }).resetMethods).toMatchObject({
      unknown: expect.stringContaining('5.15'),
    })
  })

  it('has a link by sysfs, in the words of older and newer kernels', () => {
    const files = {
      current_link_speed: '8 GT/s\n',
      current_link_width: '4\n',
      max_link_speed: '16.0 GT/s PCIe\n',
      max_link_width: '16\n',
    }
    expect(one({ files }).link).toEqual({ value: { speedGTs: 8, width: 4, maxSpeedGTs: 16, maxWidth: 16 } })
    const none = {
      current_link_speed: 'Unknown\n',
      current_link_width: '0\n',
      max_link_speed: 'Unknown\n',
      max_link_width: '0\n',
    }
    expect(one({ files: none }).link).toEqual({ value: null })
    expect(one().link).toEqual({ value: null })
  })

  it('says that the link is not known where only root may read the registers that would tell', () => {
    const config = madeConfig().slice(0, 64)
    config[0x06] = 0x10 // a list of capabilities
    config[0x34] = 0x40
    expect(one({ config }).link).toMatchObject({ unknown: expect.stringContaining('only root') })
  })

  it('counts virtual functions, and knows the parent of one', () => {
    expect(one({ files: { sriov_totalvfs: '7\n', sriov_numvfs: '2\n' } }).sriov).toEqual({
      value: { enabled: 2, total: 7 },
    })
    expect(one().sriov).toEqual({ value: null })
    expect(one({ files: { physfn: link('../0000:00:01.0') } }).physicalFunction).toEqual({
      value: '0000:00:01.0',
    })
  })
})
