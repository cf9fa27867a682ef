/** A file of an initramfs. `mode` holds the type and permission bits of stat(2). */
export interface CpioEntry {
  readonly name: string
  readonly mode: number
  readonly data?: Uint8Array
}

/**
 * Packs files into an archive of the "newc" kind, the one that the kernel unpacks as its initramfs.
 * Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst.
 */
export function packCpio(entries: readonly CpioEntry[]): Buffer {
  const parts: Buffer[] = []
  const hex = (value: number) => value.toString(16).padStart(8, '0')
  const pad = (sizeBytes: number) => Buffer.alloc((4 - (sizeBytes % 4)) % 4)
  const all = [...entries, { name: 'TRAILER!!!', mode: 0 }]
  all.forEach(({ name, mode, data = Buffer.alloc(0) }: CpioEntry, index) => {
    const nameBytes = Buffer.from(`${name}\0`)
    // ino, mode, uid, gid, nlink, mtime, filesize, devmajor, devminor, rdevmajor, rdevminor, namesize, check
    const fields = [index + 1, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, nameBytes.length, 0]
    const header = Buffer.from(`070701${fields.map(hex).join('')}`)
    parts.push(header, nameBytes, pad(header.length + nameBytes.length), Buffer.from(data), pad(data.length))
  })
  return Buffer.concat(parts)
}
