import type { Host } from '../../host/index.js'
import { diagnoseText, type Finding } from '../../logs/index.js'
import { type Fact, readFact } from '../../machine/index.js'

export const kernelLogPath = '/dev/kmsg'

/** What an IOMMU stopped. Null: the line names no device. */
export interface Fault {
  readonly device: string | null
  readonly kind: 'DMA' | 'interrupt'
  /** Lines in the log; the kernel leaves lines out where they come fast. */
  readonly lines: number
  /** The kernel's own words, the last that were kept. */
  readonly text: string
}

export interface Faults {
  readonly faults: readonly Fault[]
  /** False: the log no longer holds what was said at the start of the machine. */
  readonly sinceStart: boolean
  /** Number of the last record that was looked at; -1: none. */
  readonly lastRecord: number
}

/** The causes of src/logs, and what they stop. */
export const faultCauses: Readonly<Record<string, Fault['kind']>> = {
  'dma-fault': 'DMA',
  'interrupt-fault': 'interrupt',
}

/** Clock ticks in /proc/PID/stat per second, on every architecture that has vfio (Linux include/uapi/asm-generic/param.h, USER_HZ). */
const ticksPerSecond = 100

/**
 * Faults that the kernel's log tells since process `pid` began, added to those that were seen before.
 * `monotonicMs`: CLOCK_MONOTONIC, which like the log's own clock stands still while the computer sleeps.
 */
export function readFaults(
  host: Host,
  pid: number,
  monotonicMs: number,
  before?: Fact<Faults>,
): Fact<Faults> {
  const log = readFact(host, kernelLogPath, (text) => text)
  if ('unknown' in log) return log
  const records = log.value.split('\n').flatMap(recordOf)
  if (before !== undefined && 'value' in before) {
    const { faults, sinceStart, lastRecord } = before.value
    const later = records.filter(({ number }) => number > lastRecord)
    const isWhole = later.length === 0 || records[0]!.number <= lastRecord + 1
    return {
      value: {
        faults: sum([...faults, ...faultsIn(later)]),
        sinceStart: sinceStart && isWhole,
        lastRecord: later.at(-1)?.number ?? lastRecord,
      },
    }
  }
  const start = startOf(host, pid, monotonicMs)
  if ('unknown' in start) return start
  const since = records.filter(({ atMs }) => atMs >= start.value)
  return {
    value: {
      faults: sum(faultsIn(since)),
      sinceStart: records.length > 0 && (records[0]!.number === 0 || records[0]!.atMs < start.value),
      lastRecord: records.at(-1)?.number ?? -1,
    },
  }
}

interface LogRecord {
  readonly number: number
  readonly atMs: number
  readonly line: string
}

/** `priority,number,microseconds,flags;text`; other lines continue one (Linux Documentation/ABI/testing/dev-kmsg). */
function recordOf(line: string): readonly LogRecord[] {
  const [, number, microseconds] = /^\d+,(\d+),(\d+),[^;]*;/.exec(line) ?? []
  return number === undefined ? [] : [{ number: Number(number), atMs: Number(microseconds) / 1000, line }]
}

function faultsIn(records: readonly LogRecord[]): readonly Fault[] {
  if (records.length === 0) return []
  const { findings } = diagnoseText(records.map(({ line }) => `${line}\n`).join(''))
  const all = (list: readonly Finding[]): readonly Finding[] =>
    list.flatMap((finding) => [finding, ...all(finding.consequences)])
  return all(findings).flatMap(({ cause, device = null, count, lines }) => {
    const kind = faultCauses[cause]
    return kind === undefined ? [] : [{ device, kind, lines: count, text: lines.at(-1)!.text }]
  })
}

/** One of each device and kind. */
function sum(faults: readonly Fault[]): readonly Fault[] {
  const found = new Map<string, Fault>()
  for (const fault of faults) {
    const key = `${fault.kind} ${fault.device}`
    found.set(key, { ...fault, lines: fault.lines + (found.get(key)?.lines ?? 0) })
  }
  return [...found.values()]
}

/**
 * When a process began, on the log's clock, or earlier where the computer slept since it is up: its start is told in time that
 * goes on in sleep (proc(5), /proc/PID/stat, field 22; Linux fs/proc/array.c start_boottime), and so is /proc/uptime.
 */
function startOf(host: Host, pid: number, monotonicMs: number): Fact<number> {
  const start = readFact(host, `/proc/${pid}/stat`, (text) => {
    const ticks = text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
    return ticks === undefined ? undefined : Number(ticks)
  })
  if ('unknown' in start) return start
  const uptime = readFact(host, '/proc/uptime', (text) => Number.parseFloat(text) || undefined)
  if ('unknown' in uptime) return uptime
  const sleptMs = Math.max(0, uptime.value * 1000 - monotonicMs)
  return { value: (start.value / ticksPerSecond) * 1000 - sleptMs }
}
