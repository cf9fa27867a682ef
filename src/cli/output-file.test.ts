import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkFree, writeOutput } from './output-file.js'
import { status } from './status.js'

describe('an output file', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const content = (name: string) => readFileSync(join(folder, name), 'utf8')

  it('is written whole, with nothing left beside it', () => {
    writeOutput(join(folder, 'a'), 'text', false)
    writeOutput(join(folder, 'b'), Uint8Array.of(1, 2), false)
    expect([content('a'), content('b')]).toEqual(['text', '\x01\x02'])
    expect(readdirSync(folder)).toEqual(['a', 'b'])
  })

  it('overwrites only when told to', () => {
    const path = join(folder, 'a')
    writeFileSync(path, 'old')
    expect(() => writeOutput(path, 'new', false)).toThrow(/there already; --force/)
    expect(() => checkFree(path, false)).toThrow(expect.objectContaining({ status: status.usage }))
    expect(content('a')).toBe('old')
    writeOutput(path, 'new', true)
    expect(content('a')).toBe('new')
    expect(readdirSync(folder)).toEqual(['a'])
  })

  it('does not write through a link to nowhere', () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'link'))
    expect(() => writeOutput(join(folder, 'link'), 'x', false)).toThrow(/there already/)
    expect(readdirSync(folder)).toEqual(['link'])
  })

  it('may be a device', () => {
    expect(() => writeOutput('/dev/null', 'x', false)).not.toThrow()
  })

  it('says why it cannot be written', () => {
    mkdirSync(join(folder, 'sub'))
    const failing = (path: string) => () => writeOutput(path, 'x', false)
    expect(failing(join(folder, 'sub'))).toThrow(/is a folder/)
    expect(failing(join(folder, 'no', 'a'))).toThrow(
      expect.objectContaining({ next: ['the folder it should stand in does not exist'] }),
    )
    expect(failing('/dev/full')).toThrow(/ENOSPC/)
  })
})
