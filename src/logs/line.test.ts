import { describe, expect, it } from 'vitest'
import { readJournalJson, readLine } from './line.js'

const message = "vfio-pci 0000:01:00.0: BAR 1: can't reserve [mem 0xe0000000-0xefffffff 64bit pref]"

describe('readLine', () => {
  it.each([
    message,
    `[   12.345678] ${message}`,
    `<4>[   12.345678] ${message}`,
    `[   12.345678][  T123] ${message}`,
    `kern  :warn  : [   12.345678] ${message}`,
    `[Mon Jan  5 10:11:12 2026] ${message}`,
    `[Po jan 19 11:18:03 2026] ${message}`,
    `4,812,12345678,-;${message}`,
    `Jan  5 10:11:12 myhost kernel: ${message}`,
    `Jan 05 10:11:12.123456 myhost kernel: [   12.345678] ${message}`,
    `2026-01-05T10:11:12.123456+0100 myhost kernel: ${message}`,
    `2026-01-05T10:11:12+01:00 myhost kernel: ${message}`,
    `2023-12-01T11:43:58.591481Z INFO kernel: [    0.000000] ${message}`,
    `[    0.893304] kernel: ${message}`,
    `> > [   12.345678] ${message}`,
    `>> ${message}\r`,
    `| [   12.345678] ${message}`,
    `\x1b[33m[   12.345678]\x1b[0m ${message}`,
  ])('reads %j', (line) => expect(readLine(line).text).toBe(message))

  it('keeps what QEMU calls itself, and takes what libvirt puts before', () => {
    expect(readLine('2023-05-01T10:00:00.123456Z qemu-system-x86_64: -device x: y').text).toBe(
      'qemu-system-x86_64: -device x: y',
    )
    expect(readLine('2024-01-05 10:11:12.131+0000: 1234: error : virPCIDeviceNew:1471 : Device x').text).toBe(
      'Device x',
    )
    expect(readLine('Jan 05 10:11:12 host libvirtd[812]: internal error: x').text).toBe('internal error: x')
  })

  it('knows whether a logger stamped it', () => {
    expect(readLine(`[   12.345678] ${message}`).stamped).toBe(true)
    expect(readLine(message).stamped).toBe(false)
  })
})

describe('readJournalJson', () => {
  it('gives the message, as text or as bytes', () => {
    expect(readJournalJson(JSON.stringify({ MESSAGE: 'a\nb', _TRANSPORT: 'kernel' }))).toEqual(['a', 'b'])
    expect(readJournalJson(JSON.stringify({ MESSAGE: [...Buffer.from('irq 1')] }))).toEqual(['irq 1'])
  })
  it('leaves other lines alone', () => {
    expect(readJournalJson('{"MESSAGE": ')).toBeUndefined()
    expect(readJournalJson('{"driver":"vfio-pci"}')).toBeUndefined()
  })
})
