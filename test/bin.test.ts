import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

/** A checkout with a compiler that needs node in the PATH, linked into the bin folder of one user's Node.js. */
describe('bin/handover', () => {
  const folder = mkdtempSync(join(tmpdir(), 'handover-bin-'))
  const checkout = join(folder, 'checkout')
  const users = join(folder, 'user/bin')
  const tools = join(folder, 'tools')
  const program = join(users, 'handover')

  beforeAll(() => {
    for (const path of ['bin', 'dist/bin', 'scripts', 'src', 'node_modules'])
      mkdirSync(join(checkout, path), { recursive: true })
    copyFileSync(resolve(import.meta.dirname, '../bin/handover'), join(checkout, 'bin/handover'))
    writeFileSync(join(checkout, 'dist/bin/main.js'), 'console.log(process.argv.slice(2).join(" "))')
    writeFileSync(join(checkout, 'scripts/build.sh'), '#!/bin/sh\nnode -e "console.error(\'built\')"\n')
    for (const file of ['bin/handover', 'scripts/build.sh']) chmodSync(join(checkout, file), 0o755)
    mkdirSync(users, { recursive: true })
    symlinkSync(join(checkout, 'bin/handover'), program)
    mkdirSync(tools)
    for (const tool of ['sh', 'readlink', 'dirname'])
      symlinkSync(
        execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(),
        join(tools, tool),
      )
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const run = (PATH: string) =>
    spawnSync(program, ['show', 'a b'], { env: { PATH }, cwd: folder, encoding: 'utf8' })

  it('says what to do where there is no Node.js', () => {
    expect(run(tools)).toMatchObject({
      status: 1,
      stdout: '',
      stderr: expect.stringContaining('handover: no node in PATH.'),
    })
  })

  it("finds one user's Node.js beside itself, for the build too", () => {
    symlinkSync(process.execPath, join(users, 'node'))
    expect(run(tools)).toMatchObject({ status: 0, stdout: 'show a b\n', stderr: 'built\n' })
  })
})
