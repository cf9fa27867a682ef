import { describe, expect, it } from 'vitest'
import { bootSector } from './boot-sector.js'

describe('bootSector', () => {
  it('is one sector with the signature that firmware looks for', () => {
    const sector = bootSector('hello')
    expect(sector.length).toBe(512)
    expect([...sector.subarray(510)]).toEqual([0x55, 0xaa])
  })

  it('holds the text, ended by 0, where the code looks for it', () => {
    const sector = bootSector('hello')
    const view = new DataView(sector.buffer)
    const si = [...sector.keys()].find((index) => sector[index] === 0xbe)! // mov si, imm16
    const start = view.getUint16(si + 1, true) - 0x7c00
    expect(new TextDecoder().decode(sector.subarray(start, sector.indexOf(0, start)))).toBe('\r\nhello\r\n')
  })

  it('has jumps that land on an instruction', () => {
    const sector = bootSector('')
    const target = (at: number) => at + 2 + new DataView(sector.buffer).getInt8(at + 1)
    expect(sector[target(sector.indexOf(0x74))]).toBe(0xf4) // jz -> hlt
    expect(sector[target(sector.indexOf(0xeb))]).toBe(0xac) // jmp -> lodsb
    expect(sector[target(sector.lastIndexOf(0xeb, 0x1f))]).toBe(0xf4) // jmp -> hlt
  })

  it('refuses a text that does not fit', () => {
    expect(bootSector('x'.repeat(473))).toHaveLength(512)
    expect(() => bootSector('x'.repeat(474))).toThrow('room for 473 characters')
  })
})
