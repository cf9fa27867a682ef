import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { keepingTerminal } from '../../../test/support/terminal.js'
import { commands } from '../commands.js'
import { runProgram } from '../program.js'
import type { PlanDocument } from '../schemas/plan.js'
import { status } from '../status.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-apply-'))
afterAll(() => rmSync(folder, { recursive: true }))

const plan: PlanDocument = {
  schema: 'handover.plan/1',
  program: 'handover',
  at: '2026-01-01T00:00:00Z',
  intent: { devices: ['0000:01:00.0'], boot: true, byId: false, accept: [] },
  takes: ['0000:01:00.0'],
  changes: [],
  refusals: [],
  accepted: [],
  notes: [],
  byHand: [],
  restartFor: [],
  wayBack: null,
  losses: [],
  risks: [],
  unreadable: [],
  bootLoader: null,
}

async function apply(text: string) {
  const file = join(folder, 'plan.json')
  writeFileSync(file, text)
  const terminal = keepingTerminal(80)
  return { status: await runProgram(commands, ['apply', file, '--yes'], terminal), ...terminal.kept }
}

it.each([
  ['denied', status.privilege, 'only root may read /etc/default/grub'],
  ['EIO', status.failed, 'reading /etc/default/grub gave EIO'],
])('a plan that was made without reading all (%s) is not applied', async (why, result, words) => {
  const found = await apply(JSON.stringify({ ...plan, unreadable: [{ path: '/etc/default/grub', why }] }))
  expect(found.status).toBe(result)
  expect(found.err).toContain(words)
  expect(found.err).toContain('plan it as root')
})

it.each([
  ['{', 'it is not JSON'],
  ['{}', 'is no plan that this handover knows'],
  [JSON.stringify({ ...plan, takes: ['x'] }), 'takes.0'],
])('%s is no plan', async (text, words) => {
  const found = await apply(text)
  expect(found.status).toBe(status.usage)
  expect(found.err).toContain(words)
})
