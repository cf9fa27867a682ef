import { type Description, isWindows } from '../description/description.js'
import { list } from './option.js'
import type { RunSettings } from './run.js'

/**
 * Hyper-V enlightenments, of those that QEMU recommends (docs/system/i386/hyperv.rst of 10.0, Recommendations). QEMU ends where
 * one is asked for that the kernel lacks, or the accelerator is not KVM: so they are asked for with KVM only, and without
 * hv-tlbflush-ext, which Linux 6.1 lacks (arch/x86/kvm/hyperv.c, kvm_get_hv_cpuid), hv-xmm-input, which is young too, hv-avic,
 * which wants such hardware, and what only serves Hyper-V inside the machine (hv-evmcs, hv-emsr-bitmap, hv-tlbflush-direct,
 * hv-reenlightenment).
 */
export const enlightenments = [
  'hv-relaxed',
  'hv-vapic',
  'hv-vpindex',
  'hv-runtime',
  'hv-time',
  'hv-synic',
  'hv-stimer',
  'hv-stimer-direct',
  'hv-tlbflush',
  'hv-ipi',
  'hv-frequencies',
] as const

/** Drivers that look for a virtual machine look for `Microsoft Hv` and `KVMKVMKVM`. At most 12 letters (hyperv.rst). */
export const hiddenVendor = 'handover'

export function processor(description: Description, { accelerator, isAmd }: RunSettings): string[] {
  const { cpus, hypervisor } = description
  const isHidden = hypervisor === 'hidden'
  if (accelerator === 'tcg')
    return ['-accel', 'tcg', '-cpu', list('max', { 'tcg-cpuid': isHidden ? 'off' : undefined })]
  const hyperV = isWindows(description)
    ? {
        ...Object.fromEntries(enlightenments.map((name) => [name, 'on'])),
        // For processors that share the host's threads with others (hyperv.rst, Recommendations).
        'hv-spinlocks': cpus.pin ? undefined : '0xfff',
        'hv-vendor-id': isHidden ? hiddenVendor : undefined,
      }
    : {}
  const model = list('host', {
    kvm: isHidden ? 'off' : undefined,
    // Without it threads of AMD's processors are not told to the machine (QEMU target/i386/cpu.c, x86_cpu_realizefn).
    topoext: isAmd && cpus.threads > 1 ? 'on' : undefined,
    ...hyperV,
  })
  return ['-accel', 'kvm', '-cpu', model]
}

/** Cores in one socket: Windows for clients uses two sockets at most. */
export function topology({ cpus: { count, threads } }: Description): string[] {
  const shape = threads > 1 ? { sockets: 1, cores: count / threads, threads } : {}
  return ['-smp', list(String(count), shape)]
}
