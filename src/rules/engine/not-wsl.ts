import { kernelReleasePath } from '../../machine/index.js'
import { impossible, need, passes, seen } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const notWsl: ComputerRule = {
  id: 'not-wsl',
  title: "Is this Linux the computer's own, not a part of Windows (WSL)?",
  about: 'computer',
  looksAt: [kernelReleasePath],
  why: "The Linux of WSL is a virtual machine of Windows: the computer's PCI devices stay with Windows, which lends out the computing power of a video card through a driver of its own (dxgkrnl). There is no IOMMU, and nothing to hand over.",
  fix: 'Start Linux on the computer itself, from a disk of its own. For computing on the video card WSL is enough as it is.',
  sources: [
    'microsoft/WSL issue 5492, PCI passthrough (open)',
    'microsoft/WSL2-Linux-Kernel drivers/hv/dxgkrnl; its release names end in -microsoft-standard-WSL2',
  ],
  atWorst: 'impossible',
  check({ kernel }) {
    const release = need(kernel)
    return /microsoft/i.test(release)
      ? impossible('this is WSL, which has no PCI devices of the computer', seen(kernelReleasePath, release))
      : passes('it is not WSL')
  },
}
