import { createHash } from 'node:crypto'
import type { Description } from '../description/description.js'
import { bootOrder } from './boot-order.js'
import { channels, graphics, input, lookingGlass, network, serialConsole, sound } from './cards.js'
import { hostDevices } from './devices.js'
import { drives } from './disks.js'
import { system, tpm } from './firmware.js'
import { clock, features, memory, pinning, processor } from './processor.js'
import { type DomainSettings, type Extras, rootBus } from './settings.js'
import { element, render, textElement } from './xml.js'

/** By this a domain is known as one that this program wrote: its element in `<metadata>`, which names the description's file. */
export const metadataSpace = 'urn:handover:machine:1'

/** libvirt's own for what it has no element for (docs/drvqemu.rst). */
const qemuSpace = 'http://libvirt.org/schemas/domain/qemu/1.0'

/**
 * libvirt's description of a machine, for `virsh define`. Pure. Source: libvirt docs/formatdomain.rst, 9.0 and 11.3; what the
 * machine sees is what `qemuArguments` makes. Devices take their slots in the same order.
 */
export function domainXml(description: Description, settings: DomainSettings): string {
  const { name, cpus } = description
  const { accelerator, file, emulator } = settings
  const extras: Extras = { arguments: [], overrides: [] }
  const root = rootBus()
  const order = bootOrder(description)
  const devices = [
    textElement('emulator', emulator),
    ...network(description, order, root),
    ...drives(description, settings, order, root),
    ...graphics(description, root, extras),
    ...channels(description, root),
    ...input(description, root),
    ...sound(description, settings, root),
    ...lookingGlass(description, root),
    ...tpm(description),
    ...hostDevices(description, settings, order, root, extras),
    ...serialConsole(name),
    // What libvirt adds unasked.
    element('memballoon', { model: 'none' }),
  ]
  const parts = [
    textElement('name', name),
    textElement('uuid', uuidOf(name)),
    element('metadata', {}, element('handover:machine', { 'xmlns:handover': metadataSpace, file })),
    textElement('description', `Written by handover from ${file}, anew at each vm start.`),
    ...memory(description),
    textElement('vcpu', cpus.count),
    ...pinning(description),
    system(description, settings, extras),
    features(description, settings),
    ...processor(description, settings, extras),
    clock(description, settings),
    element('devices', {}, ...devices),
  ]
  extras.arguments.push(...description.arguments)
  const { arguments: more, overrides } = extras
  return render(
    element(
      'domain',
      {
        type: accelerator === 'kvm' ? 'kvm' : 'qemu',
        'xmlns:qemu': more.length + overrides.length > 0 ? qemuSpace : undefined,
      },
      ...parts,
      more.length > 0
        ? element('qemu:commandline', {}, ...more.map((value) => element('qemu:arg', { value })))
        : undefined,
      overrides.length > 0 ? element('qemu:override', {}, ...overrides) : undefined,
    ),
  )
}

/** The same each time: libvirt takes a domain with the same name and another one for a mistake. Version 8: RFC 9562, 5.8. */
export function uuidOf(name: string): string {
  const hash = createHash('sha256').update(`handover/${name}`).digest()
  hash[6] = (hash[6]! & 0x0f) | 0x80
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [0, 8, 12, 16, 20].map((from, i, all) => hex.slice(from, all[i + 1] ?? 32)).join('-')
}
