import type { Host } from '../../host/index.js'
import { type Evidence, type Fact, parseLine, readFact, readOptional } from '../../machine/index.js'

/**
 * Whether messages of devices (MSI, MSI-X) may reach a machine that KVM runs without an interrupt on the host, so that
 * /proc/interrupts does not count them; with the parameter that allows it. Null: they do not. Where it is allowed and the
 * IOMMU can, KVM still posts only some of them (Linux arch/x86/kvm/vmx/posted_intr.c vmx_can_use_vtd_pi, svm/avic.c
 * avic_pi_update_irte, 6.1; IRQ_POSTING_CAP in drivers/iommu).
 */
export function readPosting(host: Host): Fact<Evidence | null> {
  for (const path of [
    '/sys/module/kvm_intel/parameters/enable_apicv',
    '/sys/module/kvm_amd/parameters/avic',
  ]) {
    const allowed = readOptional(host, path, parseLine)
    if ('unknown' in allowed) return allowed
    if (allowed.value === null || allowed.value === 'N') continue
    if (path.includes('kvm_intel')) {
      const can = vtdCanPost(host)
      if ('unknown' in can) return can
      if (!can.value) continue
    }
    return { value: { path, value: allowed.value } }
  }
  return { value: null }
}

/** All units can, or the kernel lets none (drivers/iommu/intel/irq_remapping.c set_irq_posting_cap; cap_pi_support is bit 59). */
function vtdCanPost(host: Host): Fact<boolean> {
  const folder = '/sys/class/iommu'
  const units = host.list(folder)
  if (units.kind === 'absent') return { value: false }
  if (units.kind !== 'value')
    return { unknown: units.kind === 'error' ? units.code : units.kind, path: folder }
  const dmars = units.value.filter((name) => name.startsWith('dmar'))
  for (const name of dmars) {
    const cap = readFact(host, `${folder}/${name}/intel-iommu/cap`, (text) =>
      /^[0-9a-f]{1,16}$/.test(text.trim()) ? BigInt(`0x${text.trim()}`) : undefined,
    )
    if ('unknown' in cap) return cap
    if (((cap.value >> 59n) & 1n) === 0n) return { value: false }
  }
  return { value: dmars.length > 0 }
}
