import { type AcpiTables, type Fact, knownValue, type Machine } from '../machine/index.js'
import { leavesOutDisplays } from './displays.js'
import { PredictionInputError } from './errors.js'
import { hasSince, isWithin, type KernelVersion, parseKernelVersion, sourcesRead } from './kernel-version.js'
import { type AcsParameters, configAcsParameter, kernelParameters } from './parameters.js'

/** Everything that decides about groups besides the functions themselves. */
export interface Rules {
  readonly kernel: KernelVersion
  /** False: the version was not told, and that of the newest source read is taken. */
  readonly kernelIsKnown: boolean
  readonly iommu: IommuKind | undefined
  /** The firmware has an IVRS table, which `pci_quirk_amd_sb_acs` asks for. */
  readonly hasIvrs: Fact<boolean>
  /** The firmware's tables, which say whom an IOMMU is in charge of. */
  readonly tables: AcpiTables
  /** Units that are there for displays alone are left out. */
  readonly leavesOutDisplays: boolean
  /**
   * `with the device`: ACS is switched on before a function gets its group. `with the driver`: only when a driver comes, after
   * the groups were made, so that what firmware left in the control registers counts.
   */
  readonly acsEnabled: 'with the device' | 'with the driver'
  /** `pci=disable_acs_redir=` and `pci=config_acs=`. */
  readonly parameters: AcsParameters
  /**
   * How they are applied. `redirect only`: before `config_acs` came. `with mistakes`: bits that are to be cleared stay as firmware
   * had them, the others as the kernel switched them on, and of several entries one only is read.
   */
  readonly configAcs: 'redirect only' | 'with mistakes' | 'as documented'
  /** `pcie_acs_override=` of the out-of-tree patch; null: not there. */
  readonly override: AcsOverride | null
}

export type IommuKind = 'intel' | 'amd' | 'arm' | 'virtio'

export interface AcsOverride {
  readonly downstream: boolean
  readonly multifunction: boolean
  readonly ids: readonly (readonly [vendor: number, device: number])[]
}

/**
 * Stable releases with commit c41e2fb67e26 ("PCI: Enable ACS after configuring IOMMU for OF platforms") and without what it
 * rests on in Linux 6.15: ACS was switched on too late. 6.1 and 6.12 from Debian's changelogs, which name the release that took
 * it and the one that took it back. The others from the lists of commits that were pushed for Linux 5.10.252, 5.15.202 and 6.6.128
 * (commits 573497f350b3, b20b659c2c6a, ec494c0260bf), and from the announcements of 5.10.253, 5.15.203 and the list for 6.6.135
 * (53b86879e92b), which have the revert.
 */
export const lateAcs: readonly (readonly [string, string])[] = [
  ['5.10.252', '5.10.252'],
  ['5.15.202', '5.15.202'],
  ['6.1.165', '6.1.168'],
  ['6.6.128', '6.6.134'],
  ['6.12.75', '6.12.82'],
]

/** Releases that know `pci=config_acs=` (drivers/pci/pci.c __pci_config_acs): mainline 6.11, in no older stable line. */
const configAcs = ['6.11'] as const
/**
 * Those that apply it as documented: commit 9cf8a952d57b ("PCI/ACS: Fix 'pci=config_acs=' parameter"), in the stable reviews of
 * 8 April 2025.
 */
const configAcsMended = ['6.12.23', '6.13.11', '6.14.2', '6.15'] as const

/** The rules by which a machine's kernel groups, as far as the machine tells. */
export function defaultRules(machine: Machine): Rules {
  return rulesFor(machine, {})
}

/** The same with another kernel, more parameters, or the override patch. Throws {@link PredictionInputError} for a parameter with a mistake. */
export function rulesFor(
  machine: Machine,
  change: {
    readonly kernel?: KernelVersion
    readonly configAcs?: string
    readonly override?: AcsOverride | null
  },
): Rules {
  const own = parseKernelVersion(knownValue(machine.kernel) ?? '')
  const kernel = change.kernel ?? own ?? parseKernelVersion(sourcesRead.at(-1)!)!
  const line = knownValue(machine.commandLine) ?? ''
  const parameters = kernelParameters(line)
  const iommu = iommuKind(machine)
  const tables = machine.iommuTables
  if (change.configAcs !== undefined && !hasSince(kernel, configAcs))
    throw new PredictionInputError(
      `Linux ${kernel.major}.${kernel.minor} does not know pci=config_acs=, Linux 6.11 and later do: add --kernel 6.12, say`,
    )
  return {
    kernel,
    kernelIsKnown: change.kernel !== undefined || own !== undefined,
    iommu,
    hasIvrs:
      'value' in tables
        ? { value: tables.value.includes('IVRS') }
        : iommu === 'amd'
          ? { value: true }
          : tables,
    tables: machine.acpi,
    leavesOutDisplays: leavesOutDisplays(line, machine.functions),
    acsEnabled: isWithin(kernel, lateAcs) ? 'with the driver' : 'with the device',
    parameters:
      change.configAcs === undefined
        ? parameters
        : { ...parameters, configure: configAcsParameter(change.configAcs) },
    configAcs: !hasSince(kernel, configAcs)
      ? 'redirect only'
      : hasSince(kernel, configAcsMended)
        ? 'as documented'
        : 'with mistakes',
    override: change.override ?? null,
  }
}

/** Names under /sys/class/iommu: Linux intel/dmar.c `dmar%d`, amd/init.c `ivhd%d`, arm-smmu-v3.c `smmu3.%pa`, virtio-iommu.c. */
const units: readonly (readonly [RegExp, IommuKind])[] = [
  [/^dmar\d/, 'intel'],
  [/^ivhd\d/, 'amd'],
  [/^smmu/, 'arm'],
  [/virtio/, 'virtio'],
]

/** Signatures of the ACPI tables that describe one. */
const tableKinds: Readonly<Record<string, IommuKind>> = {
  DMAR: 'intel',
  IVRS: 'amd',
  IORT: 'arm',
  VIOT: 'virtio',
}

/** Which IOMMU the machine has, on or off; undefined where nothing tells. */
function iommuKind(machine: Machine): IommuKind | undefined {
  const on = knownValue(machine.iommus) ?? []
  for (const [pattern, kind] of units) if (on.some((name) => pattern.test(name))) return kind
  const table = knownValue(machine.iommuTables)?.[0]
  if (table !== undefined) return tableKinds[table]
  // Of these only AMD's is a PCI function itself (class 0x0806; AMD I/O Virtualization specification, 3.2).
  if (machine.functions.some((f) => (knownValue(f.class) ?? 0) >> 8 === 0x0806)) return 'amd'
  const bridge = machine.functions.find((f) => (knownValue(f.class) ?? 0) >> 8 === 0x0600)
  return bridge && knownValue(bridge.vendor) === 0x8086 ? 'intel' : undefined
}
