import { type Capability, ConfigSpace } from '../../src/pci/index.js'

/** Bytes from `[offset, bytes...]`, in a space of 4096 unless told. */
export function space(places: readonly (readonly number[])[], sizeBytes = 4096): ConfigSpace {
  const bytes = new Uint8Array(sizeBytes)
  for (const [offset, ...content] of places) bytes.set(content, offset)
  return new ConfigSpace(bytes)
}

export const withList = [0x06, 0x10, 0x00]
export const endpoint = [0x00, 0x86, 0x80, 0x34, 0x12]
export const at = (capabilities: readonly Capability[]) =>
  capabilities.map(({ kind, offset }) => `${kind} ${offset.toString(16)}`)
