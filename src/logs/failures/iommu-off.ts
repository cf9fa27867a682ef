import type { Alternative } from '../failure.js'

const why =
  'Without an IOMMU the kernel makes no groups, and a device could write anywhere in the memory of the host.'

/** Why there are no groups, where the computer tells. */
export const iommuOff: readonly Alternative[] = [
  {
    when: 'the firmware shows no IOMMU',
    cause: 'iommu-off-in-firmware',
    title:
      'the firmware shows the kernel no IOMMU: it is switched off in the firmware setup, or there is none',
    why,
    fix: 'switch it on in the firmware setup (VT-d, AMD-Vi, IOMMU), and virtualisation with it (VT-x, SVM). In a virtual machine: give that a virtual IOMMU',
  },
  {
    when: 'the command line switches the IOMMU off',
    cause: 'iommu-off-by-command-line',
    title: 'the kernel command line switches the IOMMU off',
    why,
    fix: 'take the option out of the boot loader’s configuration and start anew',
  },
  {
    when: 'the firmware shows an IOMMU that the kernel leaves off',
    cause: 'iommu-left-off',
    title: 'the firmware shows an IOMMU, and the kernel left it off',
    why: 'Kernels built without CONFIG_INTEL_IOMMU_DEFAULT_ON leave Intel’s off until they are told; or the kernel met an error in the firmware’s description.',
    fix: 'intel_iommu=on on the kernel command line; if it is there, `dmesg | grep -e DMAR -e AMD-Vi` says what went wrong',
  },
]
