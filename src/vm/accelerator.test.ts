import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseAccelerator, loopRom } from './accelerator.js'

describe('chooseAccelerator', () => {
  it.skipIf(!existsSync('/dev/kvm'))('says that KVM cannot be tried without a QEMU', async () => {
    const { accelerator, because } = await chooseAccelerator(['/nowhere/qemu'])
    expect(accelerator).toBe('tcg')
    expect(because).toMatch(process.getuid?.() === 0 ? /could not be tried.*ENOENT/ : /./)
  })

  it.skipIf(!existsSync('/dev/kvm') || process.getuid?.() !== 0)(
    'takes a QEMU at its exit status',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
      const qemu = join(folder, 'qemu')
      const slow = join(folder, 'slow-kvm')
      const pretend = (line: string) => {
        writeFileSync(qemu, `#!/bin/sh\n${line}\n`, { mode: 0o755 })
        return chooseAccelerator([qemu], slow)
      }
      try {
        expect(await pretend('exit 67')).toEqual({ accelerator: 'kvm' })
        expect(await pretend('echo "qemu: failed to initialize kvm: EBUSY" >&2; exit 1')).toEqual({
          accelerator: 'tcg',
          because: 'KVM does not work: qemu: failed to initialize kvm: EBUSY',
        })
        writeFileSync(slow, `of-another-boot ${qemu}\n`)
        expect((await pretend('exec sleep 20')).because).toMatch(/in 2 s$/)
        // Not asked again, but another QEMU is, and this one where nothing is noted.
        const remembered = await pretend('exit 67')
        expect(remembered).toMatchObject({ accelerator: 'tcg', because: expect.stringContaining(slow) })
        expect(readFileSync(slow, 'utf8')).toMatch(/^[0-9a-f-]{36} \S*qemu\n$/)
        expect(await chooseAccelerator([qemu, '-s'], slow)).toEqual({ accelerator: 'kvm' })
        rmSync(slow)
        expect(await pretend('exit 67')).toEqual({ accelerator: 'kvm' })
      } finally {
        rmSync(folder, { recursive: true })
      }
    },
  )
})

describe('loopRom', () => {
  it('begins at the reset vector with a jump to its code', () => {
    const rom = Buffer.from(loopRom())
    expect(rom.length).toBe(0x10000)
    expect(rom[0xfff0]).toBe(0xe9)
    const target = (0xfff3 + rom.readUInt16LE(0xfff1)) & 0xffff
    expect([...rom.subarray(target, target + 2)]).toEqual([0x66, 0xb9])
  })
})
