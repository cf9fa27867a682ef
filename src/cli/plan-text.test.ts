import { describe, expect, it } from 'vitest'
import { type Edits, edited } from '../../test/support/edited-host.js'
import { debian } from '../../test/support/made-boot.js'
import { workstation } from '../../test/support/made-computers.js'
import { denied } from '../../test/support/made-host.js'
import { readMachine } from '../machine/index.js'
import { makePlan } from '../plan/index.js'
import { planDocument } from './documents/plan.js'
import { planText, refusedStatus, unreadableStatus, unreadableText } from './plan-text.js'
import { type PlanDocument, planSchema } from './schemas/plan.js'
import { status } from './status.js'
import { displayWidth, render } from './text.js'

function plan(boot: boolean, edits: Edits = {}) {
  const host = edited(workstation(), { ...debian, '/sys/bus/pci/drivers/vfio-pci/module': '', ...edits })
  const intent = { devices: ['0000:01:00.0'], boot, byId: false, accept: ['display'] as const }
  return planSchema.parse(planDocument(makePlan(host, readMachine(host), intent), '2026-01-01T00:00:00Z'))
}
const off = { '/sys/class/iommu/dmar0': null }
const text = (...asked: Parameters<typeof plan>) => render(planText(plan(...asked), 80), false)

describe('the text of a plan', () => {
  it('says what the host loses, the risk, and what needs a restart', () => {
    const boot = text(true, off)
    expect(boot).toContain('  - 0000:01:00.0 (nvidia): the only display, the only boot VGA; drm card0\n')
    expect(boot).toContain('What can go wrong, and the way back\n')
    expect(boot).toMatch(/It takes a restart, for: kernel command line: intel_iommu=on \(GRUB\);\n?/)
    expect(text(false)).toContain('It takes no restart.\n')
    // Lines of a file are not broken.
    for (const line of boot.split('\n'))
      if (!/^ {2}[-+ @]/.test(line) || line.startsWith('  - '))
        expect(displayWidth(line), line).toBeLessThanOrEqual(80)
  })

  it('says what could not be read, and ends as for want of privilege', () => {
    const whole = plan(true, { ...off, '/etc/default/grub': denied })
    expect(render(planText(whole, 80), false)).toContain('  - only root may read /etc/default/grub\n')
    expect(unreadableStatus(whole.unreadable)).toBe(status.privilege)
    const unrecorded = render(unreadableText([{ path: '/x', why: 'unrecorded' }], 80), false)
    expect(unrecorded).toContain('  - /x: not in this recording')
    expect(unreadableStatus([{ path: '/x', why: 'EIO' }])).toBe(status.failed)
  })
})

it('a refusal for want of privilege only ends with that', () => {
  const [refusal] = plan(false, { '/proc/swaps': denied }).refusals
  expect(refusal).toMatchObject({ rule: 'role', unknown: [{ unknown: 'denied', path: '/proc/swaps' }] })
  expect(refusedStatus([refusal!])).toBe(status.privilege)
  expect(refusedStatus([refusal!, { ...refusal!, unknown: [] }])).toBe(status.refused)
})

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
  restartFor: ['kernel command line'],
  wayBack: 'The recovery entries of the boot menu stay as they are.',
  losses: [],
  risks: [],
  unreadable: [],
  bootLoader:
    'GRUB (/etc/default/grub). It fits how this system was started: /proc/cmdline begins with BOOT_IMAGE=/vmlinuz. Left as they are: rEFInd (/boot/refind_linux.conf).',
}
const textOf = (of: PlanDocument) => render(planText(planSchema.parse(of), 80), false)

describe('a plan from boot on, in words', () => {
  it('says which boot loader it is, and by what that is known', () => {
    const lines = textOf(document).split('\n')
    expect(lines.join(' ')).toContain(
      'The boot loader: GRUB (/etc/default/grub). It fits how this system was',
    )
    expect(lines.every((line) => displayWidth(line) <= 80)).toBe(true)
    expect(textOf({ ...document, bootLoader: null })).not.toContain('boot loader:')
  })

  it('leaves what is to be copied as it is, line by line', () => {
    const edit = 'add this module:\n{\n  boot.kernelParams = [ "intel_iommu=on" ];\n}'
    expect(textOf({ ...document, byHand: [{ because: 'NixOS', edit }] })).toContain(
      '  - NixOS: add this module:\n    {\n      boot.kernelParams = [ "intel_iommu=on" ];\n    }\n',
    )
  })
})
