import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { kernelConfigPath, unpackKernelConfig } from './kernel-config.js'
import { liveHost } from './live.js'

it('the configuration of the kernel is read as text', () => {
  expect(unpackKernelConfig(gzipSync('CONFIG_VFIO=m\n'))).toEqual({ kind: 'value', value: 'CONFIG_VFIO=m\n' })
  const live = liveHost().readText(kernelConfigPath)
  if (live.kind === 'value') expect(live.value).toMatch(/^CONFIG_\w+=/m)
  else expect(live).toEqual({ kind: 'absent' })
})

it.each([
  ['no gzip', Buffer.from('CONFIG_VFIO=m\n')],
  ['cut off', gzipSync('CONFIG_VFIO=m\n'.repeat(99)).subarray(0, 20)],
  ['far too large', gzipSync(Buffer.alloc(64 * 1024 * 1024))],
])('what is %s is not', (_, packed) => {
  expect(unpackKernelConfig(packed)).toEqual({ kind: 'error', code: 'EBADMSG' })
})
