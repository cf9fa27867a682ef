import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { failure } from './errno.js'
import { HostWriteError, liveHost } from './index.js'

const host = liveHost()
const folder = mkdtempSync(join(tmpdir(), 'handover-live-'))
const at = (name: string) => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

describe('a live host', () => {
  it('reads text as stored, bytes up to a limit, links unresolved, and lists sorted', () => {
    writeFileSync(at('vendor'), '0x8086\n')
    writeFileSync(
      at('config'),
      Uint8Array.from({ length: 256 }, (_, i) => i),
    )
    symlinkSync('../../drivers/e1000e', at('driver'))
    mkdirSync(at('empty'))
    expect(host.readText(at('vendor'))).toEqual({ kind: 'value', value: '0x8086\n' })
    expect(host.readBytes(at('config'), 3)).toEqual({
      kind: 'value',
      value: { bytes: Uint8Array.of(0, 1, 2) },
    })
    const whole = host.readBytes(at('config'), 4096)
    expect(whole.kind === 'value' && whole.value.bytes.length).toBe(256)
    expect(host.readLink(at('driver'))).toEqual({ kind: 'value', value: '../../drivers/e1000e' })
    expect(host.list(folder)).toEqual({ kind: 'value', value: ['config', 'driver', 'empty', 'vendor'] })
    expect(host.list(at('empty'))).toEqual({ kind: 'value', value: [] })
  })

  it('hands out bytes that a later read does not overwrite', () => {
    writeFileSync(at('first'), 'first')
    writeFileSync(at('second'), 'other')
    const first = host.readBytes(at('first'))
    host.readBytes(at('second'))
    expect(first.kind === 'value' && Buffer.from(first.value.bytes).toString()).toBe('first')
  })

  it('reads a file larger than its buffer', () => {
    const large = `${'x'.repeat(64 * 1024)}${'y'.repeat(64 * 1024)}z`
    writeFileSync(at('large'), large)
    const text = host.readText(at('large'))
    expect(text.kind === 'value' && text.value === large).toBe(true)
  })

  it('tells absent from what it cannot read', () => {
    expect(host.readText(at('nothing'))).toEqual({ kind: 'absent' })
    expect(host.readText(at('vendor/below'))).toEqual({ kind: 'absent' })
    expect(host.readBytes(at('nothing'))).toEqual({ kind: 'absent' })
    expect(host.readLink(at('nothing'))).toEqual({ kind: 'absent' })
    expect(host.list(at('nothing'))).toEqual({ kind: 'absent' })
    expect(host.readText(folder)).toEqual({ kind: 'error', code: 'EISDIR' })
    expect(host.readLink(at('vendor'))).toEqual({ kind: 'error', code: 'EINVAL' })
  })

  it('never opens a FIFO or a device', () => {
    execFileSync('mkfifo', [at('fifo')])
    expect(host.readText(at('fifo'))).toEqual({ kind: 'error', code: 'ENOTSUP' })
    expect(host.readBytes('/dev/zero', 4)).toEqual({ kind: 'error', code: 'ENOTSUP' })
  })

  it('says denied where this user may not read', ({ skip }) => {
    writeFileSync(at('secret'), 'x')
    chmodSync(at('secret'), 0)
    // Root may read anything, so another user has to try: the same code, in a process of its own.
    if (process.getuid?.() !== 0) {
      expect(host.readText(at('secret'))).toEqual({ kind: 'denied' })
      return
    }
    const seteuid = process.seteuid
    if (seteuid === undefined) return skip('this Node cannot change its user')
    chmodSync(folder, 0o755)
    seteuid.call(process, 65534)
    try {
      expect(host.readText(at('secret'))).toEqual({ kind: 'denied' })
      expect(() => host.writeText(at('vendor'), '1')).toThrow(new HostWriteError(at('vendor'), '1', 'EACCES'))
    } finally {
      seteuid.call(process, 0)
    }
  })

  it.each([
    ['ENOENT', 'absent'],
    ['ENOTDIR', 'absent'],
    ['ENODEV', 'absent'],
    ['ENXIO', 'absent'],
    ['ESRCH', 'absent'],
    ['EACCES', 'denied'],
    ['EPERM', 'denied'],
    ['EIO', 'error'],
    ['EAGAIN', 'error'],
  ])('%s means %s', (code, kind) => {
    expect(failure(code)).toEqual(kind === 'error' ? { kind, code } : { kind })
  })
})

describe('asking a program for its version', () => {
  const program = (name: string, body: string) => {
    writeFileSync(at(name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
    return at(name)
  }

  it('gives what it prints', () => {
    expect(host.version(program('good', 'echo "$1 1.2"'))).toEqual({
      kind: 'value',
      value: '--version 1.2\n',
    })
  })

  it('says when there is none, when it may not be run, and when it fails', () => {
    writeFileSync(at('plain'), '')
    expect(host.version(at('none'))).toEqual({ kind: 'absent' })
    expect(host.version(at('plain'))).toEqual({ kind: 'denied' })
    expect(host.version(program('bad', 'exit 3'))).toEqual({ kind: 'error', code: 'EXIT3' })
  })
})

describe('writing', () => {
  it('replaces what a file holds', () => {
    writeFileSync(at('driver_override'), 'something longer\n')
    host.writeText(at('driver_override'), 'vfio-pci\n')
    expect(host.readText(at('driver_override'))).toEqual({ kind: 'value', value: 'vfio-pci\n' })
  })

  it('makes no file, and says which was missing and what to do', () => {
    let thrown: unknown
    try {
      host.writeText(at('missing'), '0000:01:00.0\n')
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(HostWriteError)
    expect(thrown).toMatchObject({ path: at('missing'), code: 'ENOENT', text: '0000:01:00.0\n' })
    expect((thrown as Error).message).toBe(
      `cannot write "0000:01:00.0" to ${at('missing')}: ENOENT; ` +
        'the device is gone, or its driver or this kernel does not offer the file',
    )
    expect(host.readText(at('missing'))).toEqual({ kind: 'absent' })
  })
})
