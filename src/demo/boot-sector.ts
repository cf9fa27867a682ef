/** Where the firmware loads a boot sector, and where ours puts its text. */
const loadAddress = 0x7c00
const codeSizeBytes = 0x20

/**
 * A boot sector (512 bytes) that prints `text` through INT 10h, function 0Eh (teletype) on a line of its own,
 * and halts. It runs in real mode, entered by the firmware at 0000:7c00.
 */
export function bootSector(text: string): Uint8Array {
  const message = loadAddress + codeSizeBytes
  // biome-ignore format: an instruction a line
  const code = [
    0xfc, //                                          cld
    0x31, 0xc0, //                                    xor ax, ax
    0x8e, 0xd8, //                                    mov ds, ax
    0xbe, message & 0xff, message >> 8, //            mov si, message
    0xac, //                                   next:  lodsb
    0x84, 0xc0, //                                    test al, al
    0x74, 0x09, //                                    jz halt
    0xb4, 0x0e, //                                    mov ah, 0x0e
    0xbb, 0x07, 0x00, //                              mov bx, 7
    0xcd, 0x10, //                                    int 0x10
    0xeb, 0xf2, //                                    jmp next
    0xf4, //                                   halt:  hlt
    0xeb, 0xfd, //                                    jmp halt
  ]
  const line = new TextEncoder().encode(`\r\n${text}\r\n\0`)
  const sector = new Uint8Array(512)
  if (codeSizeBytes + line.length > 510)
    throw new RangeError(`a boot sector has room for ${510 - codeSizeBytes - 5} characters`)
  sector.set(code, 0)
  sector.set(line, codeSizeBytes)
  sector.set([0x55, 0xaa], 510)
  return sector
}
