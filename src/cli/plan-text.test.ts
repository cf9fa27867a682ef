import { describe, expect, it } from 'vitest'
import { planText } from './plan-text.js'
import { type PlanDocument, planSchema } from './schemas/plan.js'
import { displayWidth, render } from './text.js'

const document: PlanDocument = {
  schema: 'handover.plan/1',
  program: 'handover 0.1.0',
  at: '2026-11-25T12:00:00.000Z',
  intent: { devices: ['0000:01:00.0'], boot: true, byId: false, accept: [] },
  takes: ['0000:01:00.0'],
  changes: [],
  refusals: [],
  accepted: [],
  notes: [],
  byHand: [],
  needsRestart: true,
  wayBack: 'The recovery entries of the boot menu stay as they are.',
  bootLoader:
    'GRUB (/etc/default/grub). It fits how this system was started: /proc/cmdline begins with BOOT_IMAGE=/vmlinuz. Left as they are: rEFInd (/boot/refind_linux.conf).',
}
const text = (of: PlanDocument) => render(planText(planSchema.parse(of), 80), false)

describe('a plan from boot on, in words', () => {
  it('says which boot loader it is, and by what that is known', () => {
    const lines = text(document).split('\n')
    expect(lines.join(' ')).toContain(
      'The boot loader: GRUB (/etc/default/grub). It fits how this system was',
    )
    expect(lines.every((line) => displayWidth(line) <= 80)).toBe(true)
    expect(text({ ...document, bootLoader: null })).not.toContain('boot loader:')
  })

  it('leaves what is to be copied as it is, line by line', () => {
    const edit = 'add this module:\n{\n  boot.kernelParams = [ "intel_iommu=on" ];\n}'
    expect(text({ ...document, byHand: [{ because: 'NixOS', edit }] })).toContain(
      '  NixOS: add this module:\n  {\n    boot.kernelParams = [ "intel_iommu=on" ];\n  }\n',
    )
  })
})
