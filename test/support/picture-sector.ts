/** What the boot sector says on the serial port when it has written its text, and when it has drawn. */
export const written = 'written'
export const drawn = 'drawn'

/**
 * A boot sector that writes `text` on an empty text screen without a cursor (INT 10h), says {@link written} on the first serial
 * port, waits for a byte there, draws a picture of all 256 colours in mode 13h (320 x 200) straight into the memory at a0000,
 * and says {@link drawn}. Real mode, entered at 0000:7c00.
 */
export function pictureSector(text: string): Uint8Array {
  // biome-ignore format: an instruction a line
  const code = [
    0xfc, //                         cld
    0x31, 0xc0, //                   xor ax, ax
    0x8e, 0xd8, //                   mov ds, ax
    0xb8, 0x03, 0x00, //             mov ax, 3       ; text mode, screen emptied
    0xcd, 0x10, //                   int 0x10
    0xb4, 0x01, //                   mov ah, 1
    0xb9, 0x00, 0x20, //             mov cx, 0x2000  ; no cursor
    0xcd, 0x10, //                   int 0x10
    0xbe, 0x80, 0x7c, //             mov si, 0x7c80
    0xac, //                   next: lodsb
    0x84, 0xc0, //                   test al, al
    0x74, 0x09, //                   jz done
    0xb4, 0x0e, //                   mov ah, 0x0e
    0xbb, 0x07, 0x00, //             mov bx, 7
    0xcd, 0x10, //                   int 0x10
    0xeb, 0xf2, //                   jmp next
    0xbe, 0x60, 0x7c, //       done: mov si, 0x7c60
    0xe8, 0x28, 0x00, //             call say
    0xba, 0xfd, 0x03, //             mov dx, 0x3fd
    0xec, //                   wait: in al, dx
    0xa8, 0x01, //                   test al, 1      ; data ready
    0x74, 0xfb, //                   jz wait
    0xb8, 0x13, 0x00, //             mov ax, 0x13
    0xcd, 0x10, //                   int 0x10
    0xb8, 0x00, 0xa0, //             mov ax, 0xa000
    0x8e, 0xc0, //                   mov es, ax
    0x31, 0xff, //                   xor di, di
    0x89, 0xf8, //             draw: mov ax, di
    0x30, 0xe0, //                   xor al, ah
    0xaa, //                         stosb
    0x81, 0xff, 0x00, 0xfa, //       cmp di, 64000
    0x75, 0xf5, //                   jne draw
    0xbe, 0x70, 0x7c, //             mov si, 0x7c70
    0xe8, 0x03, 0x00, //             call say
    0xf4, //                   halt: hlt
    0xeb, 0xfd, //                   jmp halt
    0xba, 0xf8, 0x03, //        say: mov dx, 0x3f8
    0xac, //                   byte: lodsb
    0x84, 0xc0, //                   test al, al
    0x74, 0x03, //                   jz said
    0xee, //                         out dx, al
    0xeb, 0xf8, //                   jmp byte
    0xc3, //                   said: ret
  ]
  const sector = new Uint8Array(512)
  const put = (words: string, at: number) => sector.set(new TextEncoder().encode(`${words}\0`), at)
  sector.set(code, 0)
  put(written, 0x60)
  put(drawn, 0x70)
  put(text, 0x80)
  sector.set([0x55, 0xaa], 510)
  return sector
}
