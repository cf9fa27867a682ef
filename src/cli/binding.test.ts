import { describe, expect, it } from 'vitest'
import { ungrouped, workstationFiles } from '../../test/support/made-computers.js'
import { madeHost } from '../../test/support/made-host.js'
import { planBinding, planReturn } from '../changes/index.js'
import type { Host } from '../host/index.js'
import { type RoleName, readMachine } from '../machine/index.js'
import { bindingText, refusalText } from './binding.js'
import { bindingDocument } from './documents/binding.js'
import { render } from './text.js'

const host = madeHost({
  ...workstationFiles,
  '/sys/bus/pci/drivers/vfio-pci/module': '',
})
const plan = (asked: string, accept: readonly RoleName[] = [], on: Host = host) =>
  planBinding(on, readMachine(on), [asked], { accept })

describe('a plan to hand over', () => {
  it('says what becomes of every function of the group, and each plain deed', () => {
    const text = render(bindingText(bindingDocument(plan('0000:01:00.0', ['display']), null)), false)
    expect(text).toBe(`\
0000:00:01.0  pcieport: a bridge: stays with the host
0000:01:00.0  nvidia: would go to vfio-pci
0000:01:00.1  snd_hda_intel: would go to vfio-pci
Accepted for 0000:01:00.0: it shows the only display

That is
  echo vfio-pci > /sys/bus/pci/devices/0000:01:00.1/driver_override
  echo 0000:01:00.1 > /sys/bus/pci/drivers/snd_hda_intel/unbind
  echo 0000:01:00.1 > /sys/bus/pci/drivers/vfio-pci/bind
  echo vfio-pci > /sys/bus/pci/devices/0000:01:00.0/driver_override
  echo 0000:01:00.0 > /sys/bus/pci/drivers/nvidia/unbind
  echo 0000:01:00.0 > /sys/bus/pci/drivers/vfio-pci/bind
`)
  })

  it('reads as done when it was made', () => {
    const made = plan('0000:01:00.0', ['display'])
    const text = render(bindingText(bindingDocument(made, made.changes)), false)
    expect(text).toContain('0000:01:00.0  nvidia: went to vfio-pci\n')
    expect(text).not.toContain('echo')
  })

  it('that is refused says why, what was read, and what lifts it', () => {
    const text = (asked: string, on: Host = host) =>
      render(refusalText(bindingDocument(plan(asked, [], on), null).refusals, 110), false)
    expect(text('0000:02:00.0')).toBe(`\
Refused for 0000:02:00.0: the root file system stands on it
  /proc/self/mountinfo = 259:2 on / type ext4 from /dev/nvme0n1p2
  /sys/dev/block/259:2 = /sys/devices/pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1/nvme0n1p2
  To go on: --accept root-disk
`)
    expect(text('0000:01:00.1', ungrouped())).toContain('To go on: start the kernel with intel_iommu=on\n')
  })
})

describe('a plan to give back', () => {
  it('says that nothing need be done where the host has it', () => {
    const given = planReturn(readMachine(host), ['0000:02:00.0'])
    expect(render(bindingText(bindingDocument(given, null)), false)).toBe(`\
0000:02:00.0  nvme: with the host already
Nothing need be done.
`)
  })
})
