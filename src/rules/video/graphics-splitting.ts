import { need, note, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { integrated, noCard } from './display.js'
import { intelGraphicsOf } from './intel-graphics.js'

export const graphicsSplitting: DeviceRule = {
  id: 'graphics-splitting',
  title: 'Must the card be given as a whole?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/sriov_totalvfs',
    "/sys/bus/pci/devices/*/device: generations of Intel's graphics that GVT-g splits",
  ],
  why: 'Where graphics can be split, a machine gets a part that is a device of its own, and the host keeps the rest and its picture.',
  fix: null,
  sources: [
    'Linux drivers/gpu/drm/i915/intel_gvt.c is_supported_device (6.1, 6.12, 7.3), CONFIG_DRM_I915_GVT_KVMGT',
    'Linux Documentation/ABI/testing/sysfs-bus-pci: sriov_totalvfs, sriov_numvfs',
    'Linux drivers/gpu/drm/xe/xe_pci.c has_sriov (7.3)',
  ],
  atWorst: 'note',
  check({ device, machine }) {
    const other = noCard(device)
    if (other) return other
    const folder = `/sys/bus/pci/devices/${device.address}`
    const sriov = need(device.sriov)
    if (sriov !== null && sriov.total > 0)
      return note(
        `it has SR-IOV: up to ${sriov.total} virtual functions, each of which can go to a machine alone`,
        seen(`${folder}/sriov_totalvfs`, String(sriov.total)),
        {
          fix: `where the driver of the host can make them (xe can), write how many to ${folder}/sriov_numvfs, and give one of them`,
        },
      )

    if (integrated(machine, device)?.maker !== 'Intel')
      return passes('it cannot be split', seen(folder, 'no SR-IOV'))
    const known = intelGraphicsOf(need(device.device))
    if (!known?.gvt)
      return passes('it cannot be split', seen(folder, 'no SR-IOV, and no GVT-g for its generation'))
    return note(
      `GVT-g can make virtual graphics of it (${known.name})`,
      seen(`${folder}/device`, `0x${need(device.device).toString(16)}`),
      {
        fix: `start the kernel with i915.enable_gvt=1 and load kvmgt; what it offers is then in ${folder}/mdev_supported_types`,
      },
    )
  },
}
