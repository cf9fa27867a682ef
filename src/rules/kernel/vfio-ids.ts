import {
  commandLinePath,
  type Fact,
  isAddress,
  knownValue,
  type Machine,
  modprobeFolders,
  type PciFunction,
} from '../../machine/index.js'
import { need, needSome, notHere, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule, Outcome } from '../rule.js'

/** PCI_ANY_ID of Linux include/linux/mod_devicetable.h: fits every device. */
const any = 0xffffffff

export const vfioIds: ComputerRule = {
  id: 'vfio-ids',
  title: 'Does ids= of vfio-pci name devices of this computer?',
  about: 'computer',
  looksAt: [commandLinePath, ...modprobeFolders, '/sys/bus/pci/devices'],
  why: 'The driver vfio-pci takes from the start the devices whose vendor and device ids are in this list. An entry in another form is passed over, or means something else; ids change when a card is replaced by another model.',
  fix: 'Write vendor and device, each in hexadecimal: ids=10de:2206,10de:1aef; handover devices shows them.',
  sources: [
    'Linux drivers/vfio/pci/vfio_pci.c vfio_pci_fill_ids (6.1, 6.12, 7.3)',
    'Linux drivers/pci/pci.h pci_match_one_device',
  ],
  atWorst: 'warning',
  check(machine) {
    const builtIn = knownValue(machine.system.vfioModule('vfio-pci'))?.state === 'built in'
    const last = need(machine.system.moduleSettings).findLast(
      ({ module, name, path }) =>
        module === 'vfio_pci' && name === 'ids' && (path === commandLinePath || !builtIn),
    )
    const entries = (last?.value ?? '').split(',').filter((entry) => entry !== '')
    if (last === undefined || entries.length === 0) return notHere('vfio-pci is given no ids')
    need(machine.bus)
    const found = entries.flatMap((entry): readonly Outcome[] => {
      const wrong = judge(entry, machine)
      return wrong ? [warning(wrong.says, seen(last.path, last.text), wrong)] : []
    })
    return found.length > 0 ? found : passes('every entry of ids= fits a device', seen(last.path, last.text))
  },
}

function judge(
  entry: string,
  machine: Machine,
): { readonly says: string; readonly fix?: string } | undefined {
  const address = /^[0-9a-f]{2}:/i.test(entry) ? `0000:${entry}` : entry
  if (isAddress(address.toLowerCase())) {
    const f = machine.functions.find((one) => one.address === address.toLowerCase())
    const right = f && `${hex(knownValue(f.vendor))}:${hex(knownValue(f.device))}`
    return {
      says: `${entry} in ids= is an address; vfio-pci takes it for a vendor and a device`,
      ...(right && !right.includes('?') ? { fix: `write ${right} in its place` } : {}),
    }
  }
  const numbers = /^(?:0x)?[0-9a-f]+(?::(?:0x)?[0-9a-f]+){1,5}$/i.test(entry)
    ? entry.split(':').map((part) => Number.parseInt(part, 16))
    : undefined
  if (numbers === undefined) return { says: `${entry} in ids= is no vendor and device` }
  const fits = needSome(machine.functions, (f) => fitsFunction(numbers, f))
  return fits ? undefined : { says: `no device here is ${entry}, which ids= of vfio-pci names` }
}

/** vendor, device, subvendor, subdevice, class, class mask: what is not given fits any. */
function fitsFunction(numbers: readonly number[], f: PciFunction): Fact<boolean> {
  const [vendor, device, subvendor = any, subdevice = any, code = 0, mask = 0] = numbers
  const pairs = [
    [vendor, f.vendor],
    [device, f.device],
    [subvendor, f.subsystemVendor],
    [subdevice, f.subsystemDevice],
  ] as const
  let open: Fact<boolean> | undefined
  for (const [wanted, fact] of pairs) {
    if (wanted === any) continue
    if ('unknown' in fact) open = fact
    else if ((fact.value ?? 0) !== wanted) return { value: false }
  }
  if (mask !== 0) {
    if ('unknown' in f.class) open = f.class
    else if (((f.class.value ^ code) & mask) !== 0) return { value: false }
  }
  return open ?? { value: true }
}

function hex(value: number | undefined): string {
  return value === undefined ? '?' : value.toString(16).padStart(4, '0')
}
