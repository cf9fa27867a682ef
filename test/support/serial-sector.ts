/**
 * A boot sector that writes `text` to the first serial port, then echoes what comes there, and switches the machine off when
 * its power button is pressed; in between it idles. It uses the ICH9's PM1 registers where SeaBIOS puts them on q35: status at
 * 0x600, enable at 0x602, control at 0x604 (ACPI specification 6.5, section 4.8.3). Real mode, entered at 0000:7c00.
 */
export function serialSector(text: string): Uint8Array {
  // biome-ignore format: an instruction a line
  const code = [
    0xfc, //                         cld
    0x31, 0xc0, //                   xor ax, ax
    0x8e, 0xd8, //                   mov ds, ax
    0xba, 0x02, 0x06, //             mov dx, 0x602
    0xb8, 0x00, 0x01, //             mov ax, 0x100   ; PWRBTN_EN
    0xef, //                         out dx, ax
    0xba, 0x04, 0x06, //             mov dx, 0x604
    0xb8, 0x01, 0x00, //             mov ax, 1       ; SCI_EN
    0xef, //                         out dx, ax
    0xbe, 0x50, 0x7c, //             mov si, 0x7c50
    0xba, 0xf8, 0x03, //             mov dx, 0x3f8
    0xac, //                   next: lodsb
    0x84, 0xc0, //                   test al, al
    0x74, 0x03, //                   jz poll
    0xee, //                         out dx, al
    0xeb, 0xf8, //                   jmp next
    0xfb, //                   poll: sti
    0xf4, //                         hlt             ; until the BIOS's timer ticks, 18 times a second
    0xba, 0x00, 0x06, //             mov dx, 0x600
    0xed, //                         in ax, dx
    0xf6, 0xc4, 0x01, //             test ah, 1      ; PWRBTN_STS
    0x75, 0x0f, //                   jnz off
    0xba, 0xfd, 0x03, //             mov dx, 0x3fd
    0xec, //                         in al, dx
    0xa8, 0x01, //                   test al, 1      ; data ready
    0x74, 0xed, //                   jz poll
    0xba, 0xf8, 0x03, //             mov dx, 0x3f8
    0xec, //                         in al, dx
    0xee, //                         out dx, al
    0xeb, 0xe6, //                   jmp poll
    0xba, 0x04, 0x06, //        off: mov dx, 0x604
    0xb8, 0x01, 0x20, //             mov ax, 0x2001  ; SLP_EN, SLP_TYP 0: off
    0xef, //                         out dx, ax
    0xeb, 0xfe, //                   jmp $
  ]
  const sector = new Uint8Array(512)
  sector.set(code, 0)
  sector.set(new TextEncoder().encode(`${text}\r\n\0`), 0x50)
  sector.set([0x55, 0xaa], 510)
  return sector
}
