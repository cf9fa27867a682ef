import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packCpio } from './cpio.js'
import { busybox } from './initramfs.js'

describe('packCpio', () => {
  it('is unpacked by cpio to the same files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'handover-cpio-'))
    try {
      const archive = packCpio([
        { name: 'a', mode: 0o040755 },
        { name: 'a/program', mode: 0o100755, data: Buffer.from('odd') },
        { name: 'empty', mode: 0o100644 },
      ])
      execFileSync(busybox(), ['cpio', '-id'], {
        cwd: folder,
        input: archive,
        stdio: ['pipe', 'ignore', 'pipe'],
      })
      expect(readFileSync(join(folder, 'a/program'), 'utf8')).toBe('odd')
      expect(statSync(join(folder, 'a/program')).mode & 0o777).toBe(0o755)
      expect(statSync(join(folder, 'empty')).size).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
