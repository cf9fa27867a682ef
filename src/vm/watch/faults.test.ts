import { describe, expect, it } from 'vitest'
import { madeHost } from '../../../test/support/made-host.js'
import { failures } from '../../logs/index.js'
import { type Faults, faultCauses, readFaults } from './faults.js'

/** A QEMU that began 100 s after the computer did; 1000 s after that it is looked, and the computer never slept. */
const pid = 4711
const stat = `${pid} (qemu (x86) :)) S 1 ${pid} ${pid} 0 -1 4194560 0 0 0 0 0 0 0 0 20 0 5 0 10000 0 0\n`
const nowMs = 1_000_000

const records = (...lines: readonly (readonly [number: number, seconds: number, text: string])[]) =>
  lines.map(([number, seconds, text]) => `4,${number},${Math.round(seconds * 1e6)},-;${text}\n`).join('')

const host = (log: string, uptime = nowMs / 1000) =>
  madeHost({
    '/dev/kmsg': log,
    [`/proc/${pid}/stat`]: stat,
    '/proc/uptime': `${uptime.toFixed(2)} 12.34\n`,
  })

const boot = [0, 0.1, 'Linux version 6.1'] as const
const intel = (device: string, write = 'Read') =>
  `DMAR: [DMA ${write} NO_PASID] Request device [${device}] fault addr 0xdeadb000 [fault reason 0x06] PTE Read access is not set`

function read(log: string, before?: Faults, uptime?: number): Faults {
  const fact = readFaults(host(log, uptime), pid, nowMs, before && { value: before })
  if ('unknown' in fact) throw new Error(`${fact.unknown} ${fact.path}`)
  return fact.value
}

describe('what IOMMUs stopped', () => {
  it.each(Object.keys(faultCauses))('%s is a cause that the logs know', (cause) => {
    expect(failures.map((failure) => failure.cause)).toContain(cause)
  })

  it.each([
    ['Intel, 6.1', intel('01:00.0'), 'DMA'],
    ['Intel, 7.3', intel('0000:01:00.0', 'Write'), 'DMA'],
    [
      'AMD',
      'vfio-pci 0000:01:00.0: AMD-Vi: Event logged [IO_PAGE_FAULT domain=0x0010 address=0x1000 flags=0x0020]',
      'DMA',
    ],
    [
      'an interrupt',
      'DMAR: [INTR-REMAP] Request device [01:00.0] fault index 0x25 [fault reason 0x25] Blocked a compatibility format interrupt request',
      'interrupt',
    ],
  ])('is found: %s', (_, text, kind) => {
    const found = read(records(boot, [1, 200, 'DMAR: DRHD: handling fault status reg 2'], [2, 200, text]))
    expect(found).toEqual({
      faults: [{ device: '0000:01:00.0', kind, lines: 1, text: expect.any(String) }],
      sinceStart: true,
      lastRecord: 2,
    })
    expect(text).toContain(found.faults[0]!.text)
  })

  it('counts only what came after the machine was started', () => {
    const log = records(
      boot,
      [1, 99.9, intel('01:00.0')],
      [2, 100, intel('01:00.0')],
      [3, 101, intel('02:00.0')],
    )
    expect(read(log).faults.map(({ device, lines }) => [device, lines])).toEqual([
      ['0000:01:00.0', 1],
      ['0000:02:00.0', 1],
    ])
  })

  it('leaves nothing out where the computer slept, when its log stood still', () => {
    // 40 s of sleep before the start: on the log's clock the machine began at 60.
    const log = records(boot, [1, 59, intel('01:00.0')], [2, 61, intel('02:00.0')])
    expect(read(log, undefined, nowMs / 1000 + 40).faults.map(({ device }) => device)).toEqual([
      '0000:02:00.0',
    ])
  })

  it('says where the log no longer reaches back to the start', () => {
    expect(read(records([70, 200, 'x'])).sinceStart).toBe(false)
    expect(read(records([70, 50, 'x'], [71, 200, 'y'])).sinceStart).toBe(true)
    expect(read('')).toEqual({ faults: [], sinceStart: false, lastRecord: -1 })
  })

  it('adds what is new to what was seen before, and says where lines were lost between', () => {
    const first = read(records(boot, [1, 200, intel('01:00.0')]))
    const second = read(records(boot, [1, 200, intel('01:00.0')], [2, 201, intel('01:00.0')]), first)
    expect(second).toMatchObject({ faults: [{ lines: 2 }], sinceStart: true, lastRecord: 2 })
    expect(read(records([3, 202, 'x']), second)).toMatchObject({ sinceStart: true, lastRecord: 3 })
    const lost = read(records([5, 203, intel('01:00.0')]), second)
    expect(lost).toMatchObject({ faults: [{ lines: 3 }], sinceStart: false, lastRecord: 5 })
    expect(read(records([5, 203, 'x']), lost)).toEqual(lost)
  })

  it('is not known where the log cannot be read', () => {
    const denied = madeHost({ '/dev/kmsg': { fails: 'denied' } })
    expect(readFaults(denied, pid, nowMs)).toEqual({ unknown: 'denied', path: '/dev/kmsg' })
  })

  it('is not known where it is not known since when', () => {
    const gone = madeHost({ '/dev/kmsg': records(boot) })
    expect(readFaults(gone, pid, nowMs)).toEqual({ unknown: 'absent', path: `/proc/${pid}/stat` })
  })
})
