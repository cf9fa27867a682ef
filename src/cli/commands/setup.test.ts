import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterEach, describe, expect, it } from 'vitest'
import { type Edits, edited } from '../../../test/support/edited-host.js'
import { debian } from '../../../test/support/made-boot.js'
import { workstation } from '../../../test/support/made-computers.js'
import { keepingTerminal } from '../../../test/support/terminal.js'
import type { Plan } from '../../plan/index.js'
import { planSchema } from '../schemas/plan.js'
import { status } from '../status.js'
import { setUp } from './setup.js'

const enter = '\r'
const down = '\x1b[B'
const ctrlC = '\x03'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})
const newFile = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'handover-setup-')))
  return join(folders.at(-1)!, 'plan.json')
}

/** Answers one question after the other: what is asked, and the keys. Gives all that was seen, and the plan that was applied. */
async function answer(
  answers: readonly (readonly [question: string, ...keys: string[]])[],
  edits: Edits = {},
  privileged = true,
) {
  const terminal = keepingTerminal(80)
  const [input, output] = [new PassThrough(), new PassThrough()]
  let seen = 0
  let asked = ''
  const left = [...answers]
  output.on('data', (chunk: Buffer) => {
    asked += chunk.toString()
    const [next] = left
    if (next === undefined || !asked.slice(seen).includes(next[0])) return
    left.shift()
    seen = asked.length
    const [, ...keys] = next
    // A key at a time, as from a keyboard: what comes at once may be a paste.
    const press = () => {
      const key = keys.shift()
      if (key === undefined) return
      input.write(key)
      setTimeout(press, 20)
    }
    setTimeout(press, 20)
  })
  let applied: Plan | undefined
  const host = edited(workstation(), {
    ...debian,
    '/sys/class/iommu/dmar0': null,
    '/sys/bus/pci/drivers/vfio-pci/module': '',
    ...edits,
  })
  const result = await setUp({
    terminal,
    host,
    input,
    output,
    privileged,
    signal: new AbortController().signal,
    apply: async (plan) => {
      applied = plan
      return status.ok
    },
  })
  expect(left).toEqual([])
  return { status: result, applied, asked, ...terminal.kept }
}

/** The workstation's card is the first that is offered. */
const card = ['Which device', enter] as const
const fromBootOn = ['When shall it go', enter] as const
const now = ['When shall it go', down, enter] as const
const accept = ['--accept display', 'y'] as const

describe('setup', () => {
  it('leads to a saved plan, and says every plain command', async () => {
    const file = newFile()
    const typed = ['\x15', ...file]
    const found = await answer([card, fromBootOn, accept, ['Do it', enter], ['Which file', ...typed, enter]])
    expect(found.status).toBe(status.ok)
    expect(found.applied).toBeUndefined()
    const plan = planSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
    expect(plan).toMatchObject({
      intent: { devices: ['0000:01:00.0'], boot: true, accept: ['display'] },
      takes: ['0000:01:00.0', '0000:01:00.1'],
    })
    expect(plan.changes).toHaveLength(2)
    const commands = found.out.split('\n').filter((line) => line.startsWith('$ '))
    expect(commands).toEqual([
      '$ handover check',
      '$ handover devices',
      '$ handover plan 01:00.0 --boot',
      '$ handover plan 01:00.0 --boot --accept display',
      `$ handover plan 01:00.0 --boot --accept display -o ${file}`,
    ])
    expect(found.out).toContain('This computer: ')
    expect(found.out).toContain('+GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT intel_iommu=on"')
    expect(found.out).toContain(`To do it: sudo handover apply ${file}`)
    expect(found.out).toContain('sudo handover undo')
    expect(found.asked).toContain('01:00.0  VGA  NVIDIA GeForce RTX 3080: ')
  })

  it('applies the plan that was shown', async () => {
    const { applied, out } = await answer([card, fromBootOn, accept, ['Do it', down, enter]])
    expect(applied?.intent).toEqual({
      devices: ['0000:01:00.0'],
      boot: true,
      byId: false,
      accept: ['display'],
    })
    expect(out).toContain('$ handover apply plan.json')
  })

  it.each([
    ['the device', [['Which device', ctrlC]]],
    ['the time', [card, ['When shall it go', ctrlC]]],
    ['a role', [card, fromBootOn, ['--accept display', ctrlC]]],
    ['what to do', [card, fromBootOn, accept, ['Do it', ctrlC]]],
    ['the file', [card, fromBootOn, accept, ['Do it', enter], ['Which file', ctrlC]]],
  ] as const)('is left with Ctrl-C at %s, and nothing is changed', async (_, answers) => {
    const found = await answer(answers)
    expect(found).toMatchObject({ status: status.interrupted, applied: undefined })
    expect(found.err).toContain('nothing was changed')
    expect(existsSync('plan.json')).toBe(false)
  })

  it('ends where a role is not accepted', async () => {
    const found = await answer([card, now, ['--accept display', 'n']], {
      '/sys/class/iommu/dmar0': { link: '../../devices/virtual/iommu/dmar0' },
    })
    expect(found).toMatchObject({ status: status.refused, applied: undefined })
    expect(found.out).toContain('Refused for 0000:01:00.0: it shows the only display')
  })

  it('ends where something else stands against it', async () => {
    const none = { '/sys/bus/pci/devices/0000:01:00.0/iommu_group': null }
    const found = await answer([card, now], none)
    expect(found).toMatchObject({ status: status.refused, applied: undefined })
    expect(found.err).toContain('start the kernel with intel_iommu=on')
  })

  it('lets only root apply', async () => {
    const { applied, asked } = await answer([card, fromBootOn, accept, ['Do it', down, enter]], {}, false)
    expect(asked).toContain('only root can')
    expect(applied).toBeUndefined()
  })
})
