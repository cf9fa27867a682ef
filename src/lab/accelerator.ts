import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { type Accelerator, chooseAccelerator } from '../vm/index.js'
import { cacheFolder } from './cache.js'
import type { Qemu } from './qemu.js'

/** What {@link chooseAccelerator} finds by a trial of up to 2 s, kept for this kernel and QEMU. */
export async function rememberedAccelerator(qemu: Qemu): Promise<Accelerator> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
  } catch {
    return 'tcg' // without a trial, so that KVM is found when it is there one day
  }
  const key = `Linux ${release()}, QEMU ${qemu.version}`
  const file = join(cacheFolder(), 'accelerators.json')
  let known: Record<string, Accelerator> = {}
  try {
    known = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // none yet
  }
  const before = known[key]
  if (before) return before
  const { accelerator } = await chooseAccelerator(qemu.command)
  mkdirSync(cacheFolder(), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ ...known, [key]: accelerator }, null, 2)}\n`)
  return accelerator
}
