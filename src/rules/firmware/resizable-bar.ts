import { capabilityOf, knownValue, type PciFunction, type Resource, sizeText } from '../../machine/index.js'
import { need, note, notHere, passes, seen, undecided } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

const gibibytes4 = 1n << 32n

export const resizableBar: DeviceRule = {
  id: 'resizable-bar',
  title: "Is the video card's resizable BAR as large as it can be?",
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/config (Resizable BAR)', '/sys/bus/pci/devices/*/resource'],
  why: 'Through this BAR the processor reaches the memory of the card: all of it at once, or a part at a time, which games notice. The virtual machine gets the BAR in the size that it has when it is handed over.',
  fix: 'Switch on Above 4G Decoding and Resizable BAR in the firmware setup.',
  since: [
    'Linux 6.1: resourceN_resize changes the size, while no driver is bound',
    'QEMU 10.0 shows the capability to the virtual machine, with the one size; 7.2 hides it',
  ],
  sources: [
    'PCI Express, Resizable BAR Capability; Linux drivers/pci/pci-sysfs.c resource_resize_store',
    'QEMU hw/vfio/pci.c vfio_setup_rebar_ecap (10.0), vfio_add_ext_cap (7.2)',
  ],
  atWorst: 'note',
  check({ device }) {
    if (need(device.class) >> 16 !== 0x03) return notHere('it is no display device')
    const capability = need(capabilityOf(device, 'rebar'))
    if (capability === null) return notHere('none of its BARs can be resized')
    const path = `/sys/bus/pci/devices/${device.address}`
    const bars = capability.fields.bars.map(({ supportedSizes, control }) => {
      const { bar, sizeExponent, supportedLargeSizes } = control
      if (
        bar === undefined ||
        sizeExponent === undefined ||
        supportedSizes === undefined ||
        supportedLargeSizes === undefined
      )
        undecided('the sizes are not told', `${path}/config`)
      const sizes = BigInt(supportedSizes) | (BigInt(supportedLargeSizes) << 28n)
      return { bar, exponent: sizeExponent, most: sizes.toString(2).length - 1 }
    })
    const small = bars.find(({ exponent, most }) => exponent < most)
    const text = (exponent: number) => sizeText(1n << BigInt(20 + exponent))
    const evidence = bars.map(({ bar, exponent, most }) =>
      seen(`${path}/config`, `BAR ${bar}: ${text(exponent)} of ${text(most)}`),
    )
    if (small === undefined) return passes('its BAR is as large as it can be', ...evidence)
    const { bar, exponent, most } = small
    return note(`BAR ${bar} has ${text(exponent)} and could have ${text(most)}`, evidence, {
      fix: `${isBelow4G(device, bar) ? 'switch on Above 4G Decoding and Resizable BAR in the firmware setup' : 'switch on Resizable BAR in the firmware setup'}; or, while no driver is bound to it, as root: echo ${most} > ${path}/resource${bar}_resize`,
    })
  },
}

function isBelow4G(device: PciFunction, index: number): boolean {
  const isIt = (one: Resource) => one.kind === 'bar' && one.index === index
  const resource = knownValue(device.resources)?.find(isIt)
  return resource !== undefined && resource.end < gibibytes4
}
