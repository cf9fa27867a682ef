import { limitsPath, roughSizeText, statusPath, udevRulesFolder } from '../../machine/index.js'
import { need, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const memoryLock: ComputerRule = {
  id: 'memory-lock',
  title: 'May whoever runs QEMU lock the memory of a machine?',
  about: 'computer',
  looksAt: [limitsPath, `${statusPath} CapEff`, `${udevRulesFolder}/*vfio*, *qemu*, *kvm*, *passthrough*`],
  why: 'All memory of a machine with a device is pinned, and counts against the limit of locked memory. Root is not limited, and libvirt raises the limit of its QEMU. An ordinary user who runs QEMU is limited: with too little it ends with "Cannot allocate memory".',
  fix: 'Put "NAME hard memlock BYTES" and "NAME soft memlock BYTES" into a file in /etc/security/limits.d, with the memory of the machine and 1 GiB more, or "unlimited", and log in again. A desktop session started by systemd may have its limit from LimitMEMLOCK= of user@.service.',
  sources: [
    'Linux drivers/vfio/vfio_iommu_type1.c vfio_lock_acct; drivers/iommu/iommufd/pages.c incr_user_locked_vm',
    'libvirt src/qemu/qemu_domain.c qemuDomainGetMemLockLimitBytes',
    'systemd.exec(5) LimitMEMLOCK=; limits.conf(5) memlock',
  ],
  atWorst: 'warning',
  check({ system }) {
    const bytes = need(system.lockableBytes)
    if (bytes === null) return passes('memory may be locked without limit')
    const limit = seen(limitsPath, `Max locked memory ${bytes} bytes`)
    const rules = need(system.vfioUdevRules)
    if (rules.length === 0)
      return passes(
        `this user may lock ${roughSizeText(bytes)}, which does not matter where root or libvirt runs QEMU`,
        limit,
      )
    if (bytes >= need(system.memoryBytes)) return passes(`this user may lock ${roughSizeText(bytes)}`, limit)
    return warning(
      `/dev/vfio is opened to ordinary users, and this one may lock only ${roughSizeText(bytes)} of memory`,
      [limit, ...rules.map(({ path, line }) => seen(path, line))],
    )
  },
}
