import { capabilityOf, type Evidence, type Machine, type PciFunction } from '../../machine/index.js'
import { need, seen, undecided } from '../outcomes.js'
import { attribute } from './attribute.js'
import { isOneOf } from './device-ids.js'
import { busMates, portOf } from './places.js'
import { brokenResetsOf, type ResetMethod, specificResets } from './reset-quirks.js'

/** How Linux resets a function without resetting others. */
export interface OwnResets {
  /** In the kernel's order; empty: it cannot. */
  readonly methods: readonly string[]
  /** What the kernel says, or what it would say as far as configuration space tells. */
  readonly told: 'by the kernel' | 'by its capabilities'
  /** Somebody has switched them off. */
  readonly switchedOff: boolean
  readonly evidence: Evidence
}

/** From `reset_method`; where that is not to be read, worked out. Ends the rule as undecided where neither is possible. */
export function ownResets(machine: Machine, device: PciFunction): OwnResets {
  const path = attribute(device, 'reset_method')
  if ('value' in device.resetMethods) {
    const methods = device.resetMethods.value
    return {
      methods: methods ?? [],
      told: 'by the kernel',
      switchedOff: methods?.length === 0,
      evidence: seen(path, methods === null ? 'no such file' : methods.join(' ') || 'empty'),
    }
  }
  const methods = predicted(machine, device)
  return {
    methods,
    told: 'by its capabilities',
    switchedOff: false,
    evidence: seen(
      attribute(device, 'config'),
      methods.length === 0 ? 'no FLR, AF FLR or PM reset' : methods.join(' '),
    ),
  }
}

/** Linux drivers/pci/pci.c pci_reset_fn_methods and its probes. That the firmware has a reset (ACPI _RST) is not seen here. */
function predicted(machine: Machine, device: PciFunction): readonly ResetMethod[] {
  const path = attribute(device, 'config')
  const known = (bit: boolean | undefined) => bit ?? undecided('whether it can be reset is not told', path)
  const port = portOf(machine, device)
  const broken = new Set(brokenResetsOf(device, port).flatMap((row) => row.broken))
  const express = need(capabilityOf(device, 'express'))
  const features = need(capabilityOf(device, 'af'))
  const power = need(capabilityOf(device, 'pm'))
  const able: Partial<Record<ResetMethod, boolean>> = {
    flr: express !== null && known(express.fields.deviceCapabilities.functionLevelReset),
    af_flr:
      features !== null &&
      known(features.fields.capabilities.functionLevelReset) &&
      known(features.fields.capabilities.transactionsPending),
    pm: power !== null && !known(power.fields.control.noSoftReset),
    bus: need(device.parent) !== null && busMates(machine, device).length === 0,
  }
  const methods = (['flr', 'af_flr', 'pm', 'bus'] as const).filter((name) => able[name] && !broken.has(name))
  const specific = specificResets.some(
    (row) => isOneOf(device, row) && (!row.aroundFlr || methods.includes('flr')),
  )
  return specific ? ['device_specific', ...methods] : methods
}
