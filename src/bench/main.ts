/**
 * `npm run bench`: whole-process time and peak memory of this program beside `lspci -vvv`, in one run on one computer.
 * First, in this process, the prediction of groups on computers up to a full PCI segment.
 *
 * On this computer, and on a made one of 4096 functions, which each gets in its own form: a recording, a hexdump. Last,
 * `diagnose` on a made journal, beside `grep`, and `vm start` beside QEMU: that alone with the argument `vm-start`.
 */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { gather } from '../cli/index.js'
import { liveHost, record } from '../host/index.js'
import { grepPatterns } from './grep-patterns.js'
import { benchGroups } from './groups.js'
import { hexdump, madeComputer, madeFunctions } from './made-computer.js'
import { writeJournal } from './made-journal.js'
import { benchVmStart } from './vm-start.js'

const runs = 9
const journalBytes = 200e6
const program = join(import.meta.dirname, '../bin/main.js')

interface Case {
  readonly name: string
  readonly argv: readonly string[]
}
interface Measured {
  readonly milliseconds: number
  readonly mebibytes: number
}

const handover = (...words: readonly string[]): Case => ({
  name: `handover ${words.map(shortName).join(' ')}`,
  argv: [process.execPath, program, ...words],
})
const lspci = (...words: readonly string[]): Case => ({
  name: `lspci ${words.map(shortName).join(' ')}`,
  argv: ['lspci', ...words],
})
const shortName = (word: string) => (word.startsWith('/') ? 'FILE' : word)

requirePrograms()
const unit = unitOfMemory()
const folder = mkdtempSync(join(tmpdir(), 'handover-bench-'))
try {
  if (process.argv[2] !== 'vm-start') benchReading()
  await benchVmStart(program, folder)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function benchReading(): void {
  benchGroups()
  const head = { program: 'handover bench', recorded: new Date().toISOString(), pseudonyms: false }

  const recording = join(folder, 'this-computer.json')
  const dump = join(folder, 'this-computer.txt')
  writeFileSync(recording, record(liveHost(), head, gather))
  writeFileSync(dump, execFileSync('lspci', ['-xxxx'], { maxBuffer: 2 ** 30 }))
  const [first] = liveAddresses()
  compare('This computer, live', lspci('-vvv'), [
    handover('devices'),
    handover('show', first!),
    handover('check'),
    handover('check', first!),
  ])
  compare('This computer, recorded', lspci('-F', dump, '-vvv'), [
    handover('devices', '--host', recording),
    handover('show', first!, '--host', recording),
  ])

  const made = madeFunctions()
  const largeRecording = join(folder, 'made.json')
  const largeDump = join(folder, 'made.txt')
  writeFileSync(largeRecording, record(madeComputer(made, liveHost()), head, gather))
  writeFileSync(largeDump, hexdump(made))
  compare(`A made computer of ${made.length} functions`, lspci('-F', largeDump, '-vvv'), [
    handover('devices', '--host', largeRecording),
    handover('show', '01:00.0', '--host', largeRecording),
    handover('groups', '--host', largeRecording),
    handover('devices', '--json', '--host', largeRecording),
    handover('check', '--host', largeRecording),
    handover('check', '01:00.0', '--host', largeRecording),
  ])

  const journal = join(folder, 'journal.txt')
  const patterns = join(folder, 'patterns.txt')
  const lines = writeJournal(journal, journalBytes)
  writeFileSync(patterns, grepPatterns())
  compare(
    `A made journal of ${journalBytes / 1e6} MB, ${lines} lines`,
    {
      name: 'LC_ALL=C grep -E -f PATTERNS',
      argv: ['env', 'LC_ALL=C', grepProgram(), '-cE', '-f', patterns, journal],
    },
    [handover('diagnose', journal)],
    journalBytes,
  )
}

/** By its path: busybox would run its own grep, which takes minutes. */
function grepProgram(): string {
  return execFileSync('sh', ['-c', 'command -v grep'], { encoding: 'utf8' }).trim()
}

function liveAddresses(): readonly string[] {
  const listed = liveHost().list('/sys/bus/pci/devices')
  if (listed.kind !== 'value' || listed.value.length === 0)
    throw new Error('this computer has no PCI devices to measure with')
  return listed.value
}

/** Runs each in turn, so that whatever else goes on in the computer falls on all of them alike; prints medians. */
function compare(title: string, reference: Case, cases: readonly Case[], bytes?: number): void {
  const all = [reference, ...cases]
  const measured = all.map((): Measured[] => [])
  for (let run = 0; run <= runs; run++)
    for (const [i, one] of all.entries()) {
      const result = measure(one)
      if (run > 0) measured[i]!.push(result) // the first fills the page cache
    }
  const medians = measured.map((results) => ({
    milliseconds: median(results.map(({ milliseconds }) => milliseconds)),
    mebibytes: median(results.map(({ mebibytes }) => mebibytes)),
  }))
  console.log(`\n${title}`)
  console.log(
    `  ${'median of '.concat(String(runs)).padEnd(40)}${'time'.padStart(10)}${'memory'.padStart(11)}   time : ${reference.name.includes('grep') ? 'grep' : 'lspci'}`,
  )
  for (const [i, { name }] of all.entries()) {
    const { milliseconds, mebibytes } = medians[i]!
    const ratio = (milliseconds / medians[0]!.milliseconds).toFixed(2)
    console.log(
      `  ${name.padEnd(40)}${`${milliseconds.toFixed(0)} ms`.padStart(10)}${`${mebibytes.toFixed(0)} MiB`.padStart(11)}${ratio.padStart(10)}${bytes === undefined ? '' : `${(bytes / 1e3 / milliseconds).toFixed(0)} MB/s`.padStart(12)}`,
    )
  }
}

/** Wall-clock time of the whole process, and the most memory it had: busybox's `time` asks the kernel for that. */
function measure({ argv }: Case): Measured {
  const before = process.hrtime.bigint()
  const result = spawnSync('busybox', ['time', '-f', '%M', ...argv], {
    // Not /dev/null: grep sees that, and ends at its first match.
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 2 ** 30,
    encoding: 'utf8',
  })
  const milliseconds = Number(process.hrtime.bigint() - before) / 1e6
  const kibibytes = Number(result.stderr.trim().split('\n').at(-1))
  // `check` and `diagnose` end with 2 or 4 where they found something.
  if (result.error || ![0, 2, 4].includes(result.status ?? 1) || !Number.isFinite(kibibytes))
    throw new Error(`${argv.join(' ')} failed: ${result.stderr}`)
  return { milliseconds, mebibytes: kibibytes / unit / 1024 }
}

/**
 * What busybox's `%M` counts in: it takes the kernel's kibibytes for pages, in all versions so far, so that its numbers are
 * four times too large. A process that also asks the kernel itself tells.
 */
function unitOfMemory(): number {
  const script = 'console.log(process.resourceUsage().maxRSS)'
  const argv = ['time', '-f', '%M', process.execPath, '-e', script]
  const { stdout, stderr } = spawnSync('busybox', argv, { encoding: 'utf8' })
  return Math.round(Number(stderr.trim()) / Number(stdout.trim()))
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!
}

function requirePrograms(): void {
  const version = spawnSync('lspci', ['--version'], { encoding: 'utf8' })
  const busybox = spawnSync('busybox', ['time', '-f', '%M', 'true'])
  if (version.error || busybox.status !== 0)
    throw new Error('the benchmark needs lspci (pciutils) and busybox')
  const model = /model name\s*: (.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown'
  console.log(`Node.js ${process.version}, ${version.stdout.trim()}, ${cpus().length} processors: ${model}`)
}
