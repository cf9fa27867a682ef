import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/** Top to bottom: a room imports only rooms above it. `cli`, `demo` and `bench` join the others. */
const rooms = [
  'pci',
  'acpi',
  'host',
  'machine',
  'iommu',
  'logs',
  'rules',
  'changes',
  'plan',
  'vm',
  'lab',
  'cli',
  'demo',
  'bench',
]
const pure = ['pci', 'acpi']
const src = resolve(import.meta.dirname, '../src')

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
const room = (file: string) => file.split('/')[0]!

describe('rooms', () => {
  it('every folder of src is a room', () => {
    expect(new Set(files.map(room))).toEqual(
      new Set(rooms.filter((name) => files.some((f) => room(f) === name))),
    )
    for (const file of files) expect(rooms).toContain(room(file))
  })

  it.each(files)('%s imports only what stands above it, through its door', (file) => {
    const text = readFileSync(join(src, file), 'utf8')
    for (const [, target] of text.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
      if (!target!.startsWith('.')) {
        if (pure.includes(room(file)) && !file.endsWith('.test.ts'))
          expect.fail(`${file} is pure but imports ${target}`)
        continue
      }
      const path = relative(src, resolve(src, dirname(file), target!))
      if (path.startsWith('..') || room(path) === room(file)) continue
      expect(rooms.indexOf(room(path)), `${file} imports ${path}`).toBeLessThan(rooms.indexOf(room(file)))
      expect(path, `${file} imports ${path} past its door`).toMatch(/^[a-z-]+\/index\.js$/)
    }
  })
})
