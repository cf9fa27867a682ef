import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cached } from './cache.js'

describe('cached', () => {
  let home: string
  const before = process.env.XDG_CACHE_HOME
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'handover-cache-'))
    process.env.XDG_CACHE_HOME = home
  })
  afterEach(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME
    else process.env.XDG_CACHE_HOME = before
    rmSync(home, { recursive: true })
  })

  let fills = 0
  const fill = async (folder: string) => {
    writeFileSync(join(folder, 'file'), `fill ${++fills}`)
    return ['file']
  }

  it('fills a folder once', async () => {
    fills = 0
    const folder = await cached('thing', fill)
    expect(await cached('thing', fill)).toBe(folder)
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('fill 1')
  })

  it('fills it anew when a file was damaged', async () => {
    fills = 0
    const folder = await cached('thing', fill)
    writeFileSync(join(folder, 'file'), 'damaged')
    await cached('thing', fill)
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('fill 2')
  })

  it('leaves nothing behind when filling fails', async () => {
    const failing = async () => {
      throw new Error('no network')
    }
    await expect(cached('thing', failing)).rejects.toThrow('no network')
    expect(readdirSync(join(home, 'handover'))).toEqual([])
  })
})
