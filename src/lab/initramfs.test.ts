import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { packCpio } from './cpio.js'
import { busybox, programFiles } from './initramfs.js'

describe('programFiles', () => {
  it('brings the libraries of a dynamic program, so that it runs where there is nothing else', async () => {
    const entries = await programFiles('/bin/sh', 'bin/program')
    const names = entries.map(({ name }) => name)
    expect(names).toContain('bin/program')
    expect(names.some((name) => name.includes('libc.so'))).toBe(true)
    for (const name of names) {
      const folder = name.slice(0, Math.max(0, name.lastIndexOf('/')))
      if (folder) expect(names.slice(0, names.indexOf(name))).toContain(folder)
    }

    const root = mkdtempSync(join(tmpdir(), 'handover-initramfs-'))
    onTestFinished(() => rmSync(root, { recursive: true }))
    execFileSync(busybox(), ['cpio', '-id'], {
      cwd: root,
      input: packCpio(entries),
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    const said = chroot(root, '/bin/program', '-c', 'echo alone')
    if (said === undefined) return console.log('no user namespace may be made here: the program was not run')
    expect(said).toBe('alone\n')
  })

  it('brings nothing with what needs no libraries', async () => {
    const script = join(import.meta.dirname, '../../scripts/build.sh')
    const names = (await programFiles(script, 'bin/program')).map(({ name }) => name)
    expect(names).toEqual(['bin', 'bin/program'])
  })
})

/** What the program says with `root` as its root; undefined where an ordinary user may not do that. */
function chroot(root: string, ...argv: string[]): string | undefined {
  try {
    execFileSync('unshare', ['--map-root-user', 'true'], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  return execFileSync('unshare', ['--map-root-user', 'chroot', root, ...argv], {
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  })
}
