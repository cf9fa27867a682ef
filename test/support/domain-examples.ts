import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Description, parseDescription } from '../../src/vm/description/index.js'
import { domainXml } from '../../src/vm/libvirt/domain.js'
import type { DomainSettings } from '../../src/vm/libvirt/settings.js'
import { top } from '../lab.js'

const golden = join(top, 'test/golden/vm')

/** Descriptions as `vm new` makes them, and the one with every setting. */
export function describedMachines(): readonly Description[] {
  return [...readdirSync(golden).map((file) => join(golden, file)), join(top, 'examples/machine.yaml')].map(
    (file) => parseDescription(readFileSync(file, 'utf8'), file),
  )
}

/** libvirt's XML of a machine on a host of which nothing need be there. */
export function exampleDomain(description: Description, more: Partial<DomainSettings> = {}): string {
  const { firmware, devices } = description
  return domainXml(description, {
    accelerator: 'kvm',
    file: '/vms/m.yaml',
    emulator: '/usr/bin/qemu-system-x86_64',
    addresses: devices.map(({ host }, index) =>
      /^[\da-f]{2}:/.test(host) ? `0000:${host}` : `0000:f0:${index.toString(16).padStart(2, '0')}.0`,
    ),
    firmware:
      firmware === 'bios'
        ? undefined
        : {
            code: '/f/code.fd',
            codeFormat: 'raw',
            vars: firmware.vars,
            varsFormat: 'raw',
            requiresSmm: firmware.secureBoot === true,
          },
    isBlock: (file) => file.startsWith('/dev/'),
    ...more,
  })
}
