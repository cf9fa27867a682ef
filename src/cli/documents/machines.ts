import { type Host, liveHost } from '../../host/index.js'
import { knownValue, readMachine } from '../../machine/index.js'
import {
  askMachine,
  type Description,
  DescriptionError,
  descriptionFile,
  failureOf,
  isAlive,
  isFile,
  isRootsOnly,
  isRunning,
  MachineError,
  machineNames,
  type RunRecord,
  readMachineDescription,
  runFolder,
  stateOf,
} from '../../vm/index.js'
import { runOf } from '../named-run.js'
import type { MachineDocument, MachinesDocument } from '../schemas/machines.js'

/** Those that have a name, and those of a file that run, or ended badly. */
export function machinesDocument(names: readonly string[], runs: readonly RunRecord[]): MachinesDocument {
  const words = new Map(names.map((name) => [name, name]))
  for (const run of runs)
    if (!words.has(run.name) && stateOf(run) !== 'stopped') words.set(run.name, run.file)
  return {
    schema: 'handover.machines/1',
    machines: [...words].map(([name, word]) => {
      const run = runs.find((one) => one.name === name)
      const read = tryDescription(word)
      return {
        ...common(name, word, run, read),
        devices:
          run && isRunning(run)
            ? [...run.addresses]
            : 'description' in read
              ? read.description.devices.map(({ host }) => host)
              : [],
        problems: 'problems' in read ? [...read.problems] : [],
      }
    }),
  }
}

/** Of one. Throws where there is no such machine. */
export async function machineDocument(word: string): Promise<MachineDocument> {
  const run = runOf(word)
  const own = run !== undefined && !isFile(word) && !machineNames().includes(word) ? run.file : word
  const read = tryDescription(own)
  const running = run !== undefined && isRunning(run)
  const name = run?.name ?? ('description' in read ? read.description.name : word)
  return {
    schema: 'handover.machine/1',
    ...common(name, own, run, read),
    problems: 'problems' in read ? [...read.problems] : [],
    startedAt: run?.startedAt ?? null,
    endedAt: run?.ended?.at ?? null,
    through: run?.through ?? null,
    kept: run?.kept ?? null,
    folder: runFolder(name),
    watcher: run?.watcher && isAlive(run.watcher) && running ? run.watcher.pid : null,
    qemu: running ? (run.qemu?.pid ?? null) : null,
    accelerator: run?.accelerator ?? null,
    devices: run ? driversOf(run.addresses, liveHost()) : [],
    says: running && run.qemu !== null ? await saysOf(run) : null,
    journals: [...(run?.journals ?? [])],
  }
}

type Tried = { readonly description: Description } | { readonly problems: readonly string[] }

function tryDescription(word: string): Tried {
  try {
    return { description: readMachineDescription(word) }
  } catch (error) {
    if (error instanceof DescriptionError) return { problems: error.problems }
    if (error instanceof MachineError) return { problems: [error.message] }
    throw error
  }
}

function common(name: string, word: string, run: RunRecord | undefined, read: Tried) {
  const description = 'description' in read ? read.description : undefined
  // What runs is as it was described when it was started.
  const { memoryBytes, cpus } =
    (run && isRunning(run)) || description === undefined
      ? { memoryBytes: run?.memoryBytes, cpus: run?.cpus }
      : { memoryBytes: description.memoryBytes, cpus: description.cpus.count }
  return {
    name,
    file: run?.file ?? descriptionFile(word),
    state: run ? stateOf(run) : isRootsOnly(name) ? ('unknown' as const) : ('never started' as const),
    failure: run ? failureOf(run) : null,
    memoryBytes: memoryBytes === undefined ? null : String(memoryBytes),
    cpus: cpus ?? null,
  }
}

function driversOf(addresses: readonly string[], host: Host): MachineDocument['devices'] {
  if (addresses.length === 0) return []
  const machine = readMachine(host)
  return addresses.map((address) => ({
    address,
    driver: machine.functions.find((f) => f.address === address)?.driver ?? {
      unknown: 'no such device is there any more',
      path: `/sys/bus/pci/devices/${address}`,
    },
  }))
}

async function saysOf(run: RunRecord): Promise<MachineDocument['says']> {
  const answer = await askMachine(run)
  return 'value' in answer
    ? { status: answer.value.state, agent: answer.value.agent }
    : { unknown: answer.unknown }
}

export const driverText = (driver: MachineDocument['devices'][number]['driver']): string =>
  'unknown' in driver ? `driver unknown: ${driver.unknown}` : (knownValue(driver) ?? 'no driver')
