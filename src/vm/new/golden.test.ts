import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { machineOf, vmHosts, wishOf } from '../../../test/support/vm-hosts.js'
import { parseDescription } from '../description/index.js'
import { describeMachine, writeDescription } from './index.js'

const folder = join(import.meta.dirname, '../../../test/golden/vm')

/** Reviewed one by one: what would an expert write for this computer? To be written anew: vitest run --update. */
describe.each(vmHosts)('$name: $what', (one) => {
  const machine = machineOf(one)
  const { decisions, problems, notes } = describeMachine(machine, wishOf(one, machine))
  const yaml = writeDescription(
    [`${one.origin}: ${one.what}`, ...notes.map((note) => `Note: ${note}.`)],
    decisions,
  )

  it('is as it was reviewed', async () => {
    expect(problems).toEqual([])
    await expect(yaml).toMatchFileSnapshot(join(folder, `${one.name}.yaml`))
  })

  it('is a description, with as many host threads as processors', () => {
    const description = parseDescription(yaml, `/vms/${one.name}.yaml`)
    expect(description.name).toBe(one.name)
    expect(description.cpus.pin?.length ?? description.cpus.count).toBe(description.cpus.count)
    expect(description.devices.length).toBeGreaterThanOrEqual(one.devices.length)
  })

  it('has a value for every setting that is decided, and no other', () => {
    const fields = decisions.filter(({ value }) => value !== null).map(({ field }) => field.split('.')[0]!)
    expect(Object.keys(parse(yaml))).toEqual([...new Set(fields)])
  })
})

it('no golden file is left over', () => {
  expect(readdirSync(folder).sort()).toEqual(vmHosts.map(({ name }) => `${name}.yaml`).sort())
})
