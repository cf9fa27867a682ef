import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pluggedXml } from './devices.js'
import { virsh } from './virsh.js'

/**
 * Has libvirt put a function of the host into a domain that runs. It is `managed`: libvirt binds it, and gives it back when it leaves
 * or the domain ends; one that is with vfio-pci already stays there (libvirt src/util/virpci.c virPCIDeviceBindToStub). Throws
 * MachineError.
 */
export function plugIntoDomain(name: string, address: string): void {
  withXml(pluggedXml(address), (file) => virsh(['attach-device', name, file, '--live']))
}

/** Asks the domain's system to let go of it; it may do that later, or never. Throws MachineError. */
export function unplugFromDomain(name: string, address: string): void {
  withXml(pluggedXml(address), (file) => virsh(['detach-device', name, file, '--live']))
}

/** XML in a file, for as long as it is used. */
export function withXml(xml: string, use: (file: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'handover-domain-'))
  try {
    const file = join(folder, 'this.xml')
    writeFileSync(file, xml, { mode: 0o600 })
    use(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
