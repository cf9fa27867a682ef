import { type Description, isWindows } from '../description/description.js'
import { enlightenments, hiddenVendor } from '../qemu/cpu.js'
import type { DomainSettings, Extras } from './settings.js'
import { element, textElement, type Xml } from './xml.js'

/**
 * `host-passthrough` is QEMU's `-cpu host`, `maximum` its `-cpu max`. With no topology libvirt makes a socket of each processor
 * (libvirt src/qemu/qemu_command.c qemuBuildSmpCommandLine), QEMU a core.
 */
export function processor(
  { cpus: { count, threads }, hypervisor }: Description,
  { accelerator, isAmd }: DomainSettings,
  extras: Extras,
): readonly Xml[] {
  const topology = element('topology', { sockets: 1, dies: 1, cores: count / threads, threads })
  if (accelerator === 'tcg') {
    // <kvm> counts with KVM only. The last of several -cpu is the one.
    if (hypervisor === 'hidden') extras.arguments.push('-cpu', 'max,tcg-cpuid=off')
    return [element('cpu', { mode: 'maximum' }, topology)]
  }
  return [
    element(
      'cpu',
      { mode: 'host-passthrough', check: 'none' },
      topology,
      isAmd && threads > 1 ? element('feature', { policy: 'require', name: 'topoext' }) : undefined,
    ),
  ]
}

/** The host's thread of each virtual processor, and of QEMU's own. */
export function pinning({ cpus: { pin = [], others } }: Description): readonly Xml[] {
  if (pin.length === 0 && others === undefined) return []
  return [
    element(
      'cputune',
      {},
      ...pin.map((cpuset, vcpu) => element('vcpupin', { vcpu, cpuset })),
      others && element('emulatorpin', { cpuset: others.join(',') }),
    ),
  ]
}

/** libvirt's elements for QEMU's properties; `hv-time` is a clock there (docs/formatdomain.rst, Time keeping). */
const hyperV: Readonly<Record<(typeof enlightenments)[number], Xml | undefined>> = {
  'hv-relaxed': element('relaxed', { state: 'on' }),
  'hv-vapic': element('vapic', { state: 'on' }),
  'hv-vpindex': element('vpindex', { state: 'on' }),
  'hv-runtime': element('runtime', { state: 'on' }),
  'hv-time': undefined,
  'hv-synic': element('synic', { state: 'on' }),
  'hv-stimer': element('stimer', { state: 'on' }, element('direct', { state: 'on' })),
  'hv-stimer-direct': undefined, // within hv-stimer
  'hv-tlbflush': element('tlbflush', { state: 'on' }),
  'hv-ipi': element('ipi', { state: 'on' }),
  'hv-frequencies': element('frequencies', { state: 'on' }),
}

/** Without `<acpi>` libvirt switches ACPI off. */
export function features(description: Description, { accelerator, firmware }: DomainSettings): Xml {
  const { cpus, hypervisor } = description
  const isHidden = hypervisor === 'hidden' && accelerator === 'kvm'
  const isEnlightened = isWindows(description) && accelerator === 'kvm'
  return element(
    'features',
    {},
    element('acpi'),
    element('apic'),
    isEnlightened
      ? element(
          'hyperv',
          { mode: 'custom' },
          ...enlightenments.map((name) => hyperV[name]),
          cpus.pin ? undefined : element('spinlocks', { state: 'on', retries: 0xfff }),
          isHidden ? element('vendor_id', { state: 'on', value: hiddenVendor }) : undefined,
        )
      : undefined,
    isHidden ? element('kvm', {}, element('hidden', { state: 'on' })) : undefined,
    firmware?.requiresSmm ? element('smm', { state: 'on' }) : undefined,
  )
}

/** `catchup` is QEMU's `driftfix=slew` (src/qemu/qemu_command.c qemuBuildClockArgStr). */
export function clock(description: Description, { accelerator }: DomainSettings): Xml {
  if (!isWindows(description)) return element('clock', { offset: 'utc' })
  return element(
    'clock',
    { offset: 'localtime' },
    element('timer', { name: 'rtc', tickpolicy: 'catchup' }),
    accelerator === 'kvm' ? element('timer', { name: 'hypervclock', present: 'yes' }) : undefined,
  )
}

/** A memfd needs no hugetlbfs that is mounted, as libvirt's other huge pages do (src/qemu/qemu_command.c qemuBuildMemoryBackendProps). */
export function memory({ memoryBytes, hugePageBytes, memoryNode }: Description): readonly Xml[] {
  const mebibytes = memoryBytes / 1024 ** 2
  return [
    textElement('memory', mebibytes, { unit: 'MiB' }),
    ...(hugePageBytes === undefined
      ? []
      : [
          element(
            'memoryBacking',
            {},
            element('hugepages', {}, element('page', { size: hugePageBytes / 1024 ** 2, unit: 'MiB' })),
            element('source', { type: 'memfd' }),
          ),
        ]),
    ...(memoryNode === undefined
      ? []
      : [element('numatune', {}, element('memory', { mode: 'strict', nodeset: memoryNode }))]),
  ]
}
