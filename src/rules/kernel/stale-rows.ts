import { hasSince, parseKernelVersion } from '../../iommu/index.js'
import type { Fact, Machine } from '../../machine/index.js'
import { vgaAccess } from './vga-access.js'

/** Advice that is still given, and no longer does what it did, or never did. */
export interface StaleAdvice {
  /** For tests and for reading: a word that stands for the row. */
  readonly id: string
  /**
   * Where it is looked for, with `_` for every `-` of a name:
   * - `command line`: `name=value` of a word
   * - `module settings`: `module.name=value`, from modprobe.d or from the command line
   * - `module lists`: a line of a file that names modules
   */
  readonly where: 'command line' | 'module settings' | 'module lists'
  readonly pattern: RegExp
  /** What it does today, one sentence without its full stop. `$1`: what the pattern found there. */
  readonly says: string
  readonly why: string
  readonly fix: string
  /** Only `warning` where something is worse than it seems. */
  readonly weight: 'warning' | 'note'
  /** Whether the advice is stale here; always where absent. */
  readonly onlyIf?: (machine: Machine) => Fact<boolean>
  readonly source: string
}

/** What pieces of an osrelease tell that a kernel carries the ACS override patch. */
export const acsOverrideKernels: readonly { readonly name: RegExp; readonly source: string }[] = [
  {
    name: /-pve\b/,
    source:
      'proxmox/pve-kernel patches/kernel/0004-pci-Enable-overrides-for-missing-ACS-capabilities-4..patch',
  },
  { name: /-zen\d*\b/, source: 'zen-kernel, commit "ZEN: Add ACS override support"' },
  {
    name: /liquorix|-lqx\d*\b/,
    source: 'the same commit, by the maintainer of Liquorix',
  },
]

export const staleAdvice: readonly StaleAdvice[] = [
  {
    id: 'vfio_virqfd',
    where: 'module lists',
    pattern: /\bvfio[_-]virqfd\b/,
    says: 'this kernel has no module vfio_virqfd',
    why: 'It became a part of the module vfio in Linux 6.2. Whatever is to load it reports that there is none.',
    fix: 'take vfio_virqfd out of the line, and make the initramfs anew',
    weight: 'note',
    onlyIf: (machine) => isSince(machine, '6.2'),
    source:
      'Linux commit e2d55709398e; drivers/vfio/Kconfig VFIO_VIRQFD: tristate in 6.1, bool in 6.12 and 7.3',
  },
  {
    id: 'amd_iommu=on',
    where: 'command line',
    pattern: /^amd_iommu=(?:.*,)?(on|pt|1|enabled?)(?:,|$)/,
    says: 'amd_iommu= has no value $1: the kernel passes over it',
    why: 'AMD-Vi is on wherever the firmware describes it. The kernel log says: AMD-Vi: Unknown option.',
    fix: 'take it out; where AMD-Vi is off, switch on IOMMU in the firmware setup',
    weight: 'note',
    source: 'Linux drivers/iommu/amd/init.c parse_amd_iommu_options (6.1, 6.12, 7.3)',
  },
  {
    id: 'intel_iommu=on, AMD',
    where: 'command line',
    pattern: /^intel_iommu=(?:.*,)?(on)(?:,|$)/,
    says: 'intel_iommu=on does nothing on a processor that is not from Intel',
    why: "Only the driver of Intel's VT-d reads it. AMD-Vi needs no parameter.",
    fix: 'take it out',
    weight: 'note',
    onlyIf: (machine) => {
      const other = isIntel(machine, false)
      if ('unknown' in other || !other.value) return other
      // QEMU makes a VT-d for any processor.
      const { iommus } = machine
      return 'unknown' in iommus ? iommus : { value: !iommus.value.some((name) => name.startsWith('dmar')) }
    },
    source: 'Linux drivers/iommu/intel/iommu.c intel_iommu_setup (6.1, 6.12, 7.3)',
  },
  {
    id: 'intel_iommu=on, by default',
    where: 'command line',
    pattern: /^intel_iommu=(?:.*,)?(on)(?:,|$)/,
    says: 'intel_iommu=on is not needed: this kernel uses VT-d without it',
    why: 'It was built with CONFIG_INTEL_IOMMU_DEFAULT_ON. The word does no harm.',
    fix: 'leave it, or take it out',
    weight: 'note',
    onlyIf: (machine) => {
      const intel = isIntel(machine, true)
      if ('unknown' in intel || !intel.value) return intel
      const config = machine.system.kernelConfig
      return 'unknown' in config
        ? config
        : { value: config.value.options.get('INTEL_IOMMU_DEFAULT_ON') === 'y' }
    },
    source: 'Linux drivers/iommu/intel/Kconfig INTEL_IOMMU_DEFAULT_ON (6.1, 6.12, 7.3)',
  },
  {
    id: 'iommu=on',
    where: 'command line',
    pattern: /^iommu=(?:.*,)?(on|1|yes|enabled?)(?:,|$)/,
    says: 'iommu= has no value $1 that switches an IOMMU on: the kernel passes over it',
    why: 'iommu= chooses how the IOMMU is used (pt: devices of the host are not translated; off: none is used), not whether VT-d or AMD-Vi is on. A number is the size of the aperture of an old AMD chip.',
    fix: 'take it out; for VT-d write intel_iommu=on, for AMD-Vi nothing',
    weight: 'note',
    source: 'Linux arch/x86/kernel/pci-dma.c iommu_setup, amd_gart_64.c gart_parse_options (6.1, 6.12, 7.3)',
  },
  {
    id: 'video=efifb:off',
    where: 'command line',
    pattern: /^video=(efifb|simplefb):off/,
    says: 'video=$1:off stops one of the drivers that draw on the screen of the firmware, and is no longer needed',
    why: 'Other drivers for the same screen (simpledrm, efidrm, vesadrm) do not read it. Since Linux 6.0 vfio-pci sends whichever it is off a VGA card (class 0300) that it takes; off a card of another class it sends none.',
    fix: 'take it out; the host keeps its screen until the card is handed over',
    weight: 'note',
    onlyIf: (machine) => isSince(machine, '6.0'),
    source:
      'Linux drivers/video/fbdev/efifb.c, simplefb.c fb_get_options; drivers/vfio/pci/vfio_pci_core.c vfio_pci_vga_init (6.1, 6.12, 7.3); commit d17378062079',
  },
  {
    id: 'video=vesafb:off',
    where: 'command line',
    pattern: /^video=(vesafb):off/,
    says: 'video=vesafb:off does nothing: vesafb does not heed it',
    why: 'Since Linux 6.0 vfio-pci sends the driver of the screen of the firmware off a VGA card (class 0300) that it takes.',
    fix: 'take it out',
    weight: 'note',
    onlyIf: (machine) => isSince(machine, '6.0'),
    source: 'Linux drivers/video/fbdev/vesafb.c vesafb_probe, vesafb_setup (6.1, 6.12, 7.3)',
  },
  {
    id: 'video=A:off,B:off',
    where: 'command line',
    pattern: /^video=\w+:[^,]*,.*\b(efifb|vesafb|simplefb):off/,
    says: '$1:off behind a comma is read by nobody: a video= word is for one driver, the first',
    why: 'Each driver looks for a word that begins with its own name.',
    fix: 'take it out',
    weight: 'note',
    source:
      'Linux drivers/video/fbdev/core/fb_cmdline.c (6.1), drivers/video/cmdline.c (6.12, 7.3) video_setup',
  },
  {
    id: 'disable_vga',
    where: 'module settings',
    pattern: /^vfio_pci\.(disable_vga)=(?:1|y|on)/i,
    says: 'vfio-pci of this kernel has no parameter $1, and no VGA ranges to keep either',
    why: 'It was built without CONFIG_VFIO_PCI_VGA, and passes over the parameter.',
    fix: 'take it out',
    weight: 'note',
    onlyIf: (machine) => {
      const vga = vgaAccess(machine)
      return 'unknown' in vga ? vga : { value: !vga.value.built }
    },
    source: 'Linux drivers/vfio/pci/vfio_pci.c disable_vga (6.1, 6.12, 7.3)',
  },
  {
    id: 'pcie_acs_override, patched',
    where: 'command line',
    pattern: /^pcie_acs_override=(.+)/,
    says: 'pcie_acs_override=$1 makes IOMMU groups smaller than the hardware isolates',
    why: 'This kernel carries the patch. It takes ports for isolating that are not known to be: devices of different groups may reach each other past the IOMMU, and so may a machine reach what the host keeps.',
    fix: 'hand over whole groups as they are without the parameter (handover groups), or use another slot (handover slots)',
    weight: 'warning',
    onlyIf: (machine) => carriesOverride(machine, true),
    source: acsOverrideKernels.map(({ source }) => source).join('; '),
  },
  {
    id: 'pcie_acs_override, not patched',
    where: 'command line',
    pattern: /^pcie_acs_override=(.+)/,
    says: 'pcie_acs_override= is no parameter of Linux: without a patch it does nothing',
    why: 'Neither Linux has it nor the kernels of Debian. A kernel with the patch writes to its log: PCIe ACS overrides enabled.',
    fix: 'look whether dmesg has that line; if not, take the word out. What the hardware can do is set with pci=config_acs=',
    weight: 'note',
    onlyIf: (machine) => carriesOverride(machine, false),
    source: 'Linux Documentation/admin-guide/kernel-parameters.txt, drivers/pci (6.1, 6.12, 7.3): not there',
  },
  {
    id: 'rd.driver.pre=vfio-pci',
    where: 'command line',
    pattern: /^rd\.driver\.pre=(.*vfio.*)/,
    says: 'rd.driver.pre=$1 is read by dracut alone, which is not installed here',
    why: 'An initramfs of initramfs-tools or mkinitcpio loads modules that its own configuration names.',
    fix: 'name the module in /etc/initramfs-tools/modules, or in MODULES of /etc/mkinitcpio.conf, and make the initramfs anew',
    weight: 'note',
    onlyIf: ({ system }) => ('unknown' in system.dracut ? system.dracut : { value: !system.dracut.value }),
    source: 'dracut man/dracut.cmdline.7: rd.driver.pre',
  },
  {
    id: 'pci-stub.ids',
    where: 'module settings',
    pattern: /^pci_stub\.(ids)=(.+)/,
    says: 'pci-stub keeps drivers of the host off the devices of its ids=, and gives them to no machine',
    why: 'It is from the time before vfio-pci had a parameter ids of its own.',
    fix: 'write vfio-pci.ids= in its place',
    weight: 'note',
    source: 'Linux drivers/pci/pci-stub.c, drivers/vfio/pci/vfio_pci.c vfio_pci_fill_ids (6.1, 6.12, 7.3)',
  },
]

/** A release that begins with no version is taken for a new one. */
function isSince({ kernel }: Machine, release: string): Fact<boolean> {
  if ('unknown' in kernel) return kernel
  const version = parseKernelVersion(kernel.value)
  return { value: version === undefined || hasSince(version, [release]) }
}

function isIntel({ system }: Machine, wanted: boolean): Fact<boolean> {
  const { processor } = system
  return 'unknown' in processor
    ? processor
    : { value: (processor.value.vendor === 'GenuineIntel') === wanted }
}

function carriesOverride({ kernel }: Machine, wanted: boolean): Fact<boolean> {
  if ('unknown' in kernel) return kernel
  return { value: acsOverrideKernels.some(({ name }) => name.test(kernel.value)) === wanted }
}
