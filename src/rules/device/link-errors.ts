import { type BusError, capabilityOf, knownValue, type PciFunction } from '../../machine/index.js'
import { need, note, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { pathOf } from './places.js'

/**
 * Errors that say nothing of the link: requests for what is not there, as probing makes them, and what only repeats another
 * (Linux drivers/pci/pcie/aer.c aer_correctable_error_string, aer_uncorrectable_error_string).
 */
const meaningless: ReadonlySet<string> = new Set(['UnsupReq', 'NonFatalErr', 'HeaderOF', 'Undefined'])

export const linkErrors: DeviceRule = {
  id: 'link-errors',
  title: 'Is its path free of PCI Express errors?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/aer_dev_fatal, aer_dev_nonfatal and aer_dev_correctable, from the device up to its root port',
    'where the kernel does not count: the status of uncorrectable errors in the AER capability',
  ],
  why: 'Errors on the way to a device do not go away in a machine. A fatal one resets the link, and the machine stops with it.',
  fix: 'Seat the card anew, change the riser or the slot; where they come while idle, try pcie_aspm=off. What came when is in the kernel log: handover diagnose.',
  sources: [
    'Linux drivers/pci/pcie/aer.c aer_stats_dev_attr',
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_aer_err_detected',
  ],
  atWorst: 'warning',
  check({ machine, device }) {
    const outcomes = pathOf(machine, device).flatMap((f) => {
      const { errors, path } = errorsOf(f)
      if (errors.length === 0) return []
      const text = errors.map(({ name, count }) => (count === null ? name : `${name} ${count}`)).join(', ')
      if (errors.some(({ severity }) => severity === 'fatal' || severity === 'nonfatal'))
        return [warning(`${f.address} has had errors that were not corrected`, seen(path, text))]
      if (errors.some(({ severity }) => severity === 'correctable'))
        return [note(`${f.address} has had errors that were corrected`, seen(path, text))]
      return [note(`${f.address} holds an error from some time or other`, seen(path, text))]
    })
    return outcomes.length > 0 ? outcomes : passes('no errors are recorded on its path')
  },
}

interface Errors {
  readonly errors: readonly {
    readonly severity: BusError['severity'] | 'not told'
    readonly name: string
    readonly count: number | null
  }[]
  readonly path: string
}

function errorsOf(f: PciFunction): Errors {
  const counted = knownValue(f.busErrors)
  if (counted)
    return {
      errors: counted.filter(({ name }) => !meaningless.has(name)),
      path: attribute(f, 'aer_dev_*'),
    }
  const path = attribute(f, 'config')
  const capability = need(capabilityOf(f, 'aer'))
  const { unsupportedRequest: _, ...status } = capability?.fields.uncorrectableStatus ?? {}
  const bits = Object.entries(status) as [string, boolean | undefined][]
  if (bits.some(([, isSet]) => isSet === undefined)) return undecided('its error status is not told', path)
  const set = bits.filter(([, isSet]) => isSet)
  return { errors: set.map(([name]) => ({ severity: 'not told', name, count: null })), path }
}
