import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { statusOf } from './errors.js'
import { status } from './status.js'

const src = resolve(import.meta.dirname, '..')
const classes = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .flatMap((name) => [
    ...readFileSync(join(src, name), 'utf8').matchAll(/^export class (\w+Error) extends/gm),
  ])
  .map(([, name]) => name!)

/** Thrown only where this program misuses its own parts. */
const defects = ['PciDataError']

describe('the errors of all rooms', () => {
  it.each(classes.filter((name) => !defects.includes(name)))(
    '%s ends the program with a status of its own',
    (name) => {
      const error = Object.assign(new Error('x'), { name, status: status.failed, notPutBack: [] })
      expect(statusOf(error)).toBeTypeOf('number')
    },
  )

  it('are told from defects', () => {
    expect(
      [
        new TypeError('x'),
        'x',
        undefined,
        ...defects.map((name) => Object.assign(new Error('x'), { name })),
      ].map(statusOf),
    ).toEqual(Array(3 + defects.length).fill(undefined))
  })
})

describe('a missing right', () => {
  it.each([
    ['HostWriteError', { code: 'EACCES' }, status.privilege],
    ['HostWriteError', { code: 'EPERM' }, status.privilege],
    ['HostWriteError', { code: 'EBUSY' }, status.failed],
    ['OpenHostError', { code: 'EACCES' }, status.privilege],
    ['OpenHostError', { code: 'ENOENT' }, status.usage],
    ['UnreadableError', { reason: 'denied' }, status.privilege],
    ['UnreadableError', { reason: 'unrecorded' }, status.failed],
  ])('is told from other failures of %s with %j', (name, facts, wanted) => {
    expect(statusOf(Object.assign(new Error('x'), { name, ...facts }))).toBe(wanted)
  })
})
