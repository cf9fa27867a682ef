import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { takeFile } from './lock.js'

/** Process 1 is there, but did not begin then. */
const left = '1 none\n'

describe('a file that says whose something is', () => {
  let folder: string
  let file: string
  const ours = () => readFileSync(file, 'utf8').startsWith(`${process.pid} `)
  const alive = () => readFileSync(file, 'utf8')
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    file = join(folder, 'lock')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('is taken once', () => {
    expect(takeFile(file, 0o600)).toBeUndefined()
    expect(ours()).toBe(true)
    expect(takeFile(file, 0o600)).toBe(process.pid)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  it('is taken from one who was killed, and from one killed while taking it away', () => {
    writeFileSync(file, left)
    writeFileSync(`${file}.left`, left)
    expect(takeFile(file, 0o600)).toBeUndefined()
    expect(ours()).toBe(true)
    expect(readdirSync(folder)).toEqual(['lock'])
  })

  it('is left alone while another takes it away', () => {
    expect(takeFile(file, 0o600)).toBeUndefined()
    writeFileSync(`${file}.left`, alive())
    writeFileSync(file, left)
    expect(takeFile(file, 0o600)).toBe(process.pid)
    expect(alive()).toBe(left)
  })
})
