import { type Description, DescriptionError } from '../description/description.js'

/** What libvirt cannot do at all, or not before a version. */
interface Limit {
  readonly isAsked: (description: Description) => boolean
  readonly setting: string
  readonly why: string
  /** The first that can. */
  readonly since?: string
}

const limits: readonly Limit[] = [
  {
    // tools/virsh-util.c, virshLookupDomainInternal.
    isAsked: ({ name }) => /^\d+$/.test(name),
    setting: 'name',
    why: 'virsh takes a number for that of a domain that runs',
  },
  {
    // libvirt 11.3 src/conf/schemas/domaincommon.rng, diskBus: there is none.
    isAsked: ({ disks }) => disks.some(({ bus }) => bus === 'nvme'),
    setting: 'disks: bus: nvme',
    why: 'libvirt has no emulated NVMe disk; virtio and sata go',
  },
  {
    // docs/formatdomain.rst, TPM device, source.
    isAsked: ({ tpm }) => tpm !== undefined,
    setting: 'tpm',
    why: 'it keeps the state of a TPM in a folder of its own',
    since: '10.10.0',
  },
  {
    // NEWS.rst, v9.10.0.
    isAsked: ({ sound }) => sound === 'pipewire',
    setting: 'sound: pipewire',
    why: 'it does not know PipeWire; pulseaudio goes',
    since: '9.10.0',
  },
  {
    // docs/formatdomain.rst, loader, format.
    isAsked: ({ firmware }) =>
      firmware !== 'bios' && [firmware.code, firmware.vars].some((file) => file?.endsWith('.qcow2')),
    setting: 'firmware',
    why: 'it knows raw files only',
    since: '9.2.0',
  },
]

/** Throws {@link DescriptionError} where this libvirt cannot run the machine as it is described. */
export function requireLibvirtCan(description: Description, version: string): void {
  const problems = limits.flatMap(({ isAsked, setting, why, since }) => {
    if (!isAsked(description) || (since !== undefined && !isBefore(version, since))) return []
    const subject = since === undefined ? why : `this libvirt is ${version}, and before ${since} ${why}`
    return [`${setting}: ${subject}; without libvirt: --through qemu`]
  })
  if (problems.length > 0) throw new DescriptionError(problems)
}

function isBefore(version: string, other: string): boolean {
  return version.localeCompare(other, 'en', { numeric: true }) < 0
}
