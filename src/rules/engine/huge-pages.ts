import { hugePagesFolder, roughSizeText, transparentHugePagesPath } from '../../machine/index.js'
import { need, note, passes, seen } from '../outcomes.js'
import type { ComputerRule, Outcome } from '../rule.js'

export const hugePages: ComputerRule = {
  id: 'huge-pages',
  title: 'Do huge pages help, and take nothing away?',
  about: 'computer',
  looksAt: [`${hugePagesFolder}/*`, transparentHugePagesPath],
  why: 'With huge pages the memory of a machine is pinned faster, and the processor and the IOMMU translate it faster. QEMU asks for transparent ones by itself. Those that are set aside are lost to everything else, used or not.',
  fix: 'Take vm.nr_hugepages out of /etc/sysctl.d and hugepages= out of the command line where no machine is told to use them; switch transparent ones on with transparent_hugepage=madvise.',
  sources: [
    'Linux Documentation/admin-guide/mm/hugetlbpage.rst, transhuge.rst',
    'QEMU system/physmem.c ram_block_add: QEMU_MADV_HUGEPAGE',
  ],
  atWorst: 'note',
  check({ system }) {
    const found: Outcome[] = []
    const reserved = need(system.hugePages).filter(({ total }) => total > 0)
    for (const { sizeBytes, total, free } of reserved) {
      if (free < total) continue
      const folder = `${hugePagesFolder}/hugepages-${sizeBytes / 1024n}kB`
      found.push(
        note(
          `${roughSizeText(sizeBytes * BigInt(total))} are set aside as huge pages of ${roughSizeText(sizeBytes)}, and nothing uses them`,
          [seen(`${folder}/nr_hugepages`, String(total)), seen(`${folder}/free_hugepages`, String(free))],
          {
            fix: `tell the machine to use them (QEMU: -mem-path /dev/hugepages -mem-prealloc; libvirt: <memoryBacking><hugepages/></memoryBacking>), or give them back: echo 0 > ${folder}/nr_hugepages`,
          },
        ),
      )
    }
    const transparent = need(system.transparentHugePages)
    if (transparent === 'never' && reserved.length === 0)
      found.push(
        note('transparent huge pages are switched off', seen(transparentHugePagesPath, transparent), {
          fix: `echo madvise > ${transparentHugePagesPath}; for good: transparent_hugepage=madvise on the kernel's command line`,
        }),
      )
    return found.length > 0 ? found : passes('huge pages are as they should be')
  },
}
