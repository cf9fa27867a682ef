import { type Change, type Configuration, stateFolder } from '../changes/index.js'
import type { RoleName } from '../machine/index.js'
import type { Loss } from './losses.js'

/** What can go wrong, and how one comes back; each a sentence. */
export interface Risk {
  readonly can: string
  readonly back: string
}

/** What of a plan makes its risks. */
interface Planned {
  readonly changes: readonly Change[]
  readonly takes: readonly string[]
  readonly losses: readonly Loss[]
  /** From boot on. */
  readonly boot: boolean
  readonly words: readonly string[]
  readonly wayBack: string | null
}

type Of<K extends Change['kind']> = readonly Extract<Change, { readonly kind: K }>[]

/** By the kind of change: what those of a plan risk together. */
const ofChanges: { readonly [K in Change['kind']]: (changes: Of<K>, plan: Planned) => readonly Risk[] } = {
  'driver-binding': (changes) => {
    const holders = changes.flatMap(({ address, before: { driver } }) =>
      driver === null ? [] : `${driver} (${address})`,
    )
    return holders.length === 0
      ? []
      : [
          {
            can: `${listed(holders)} may not let go, or may fail when the device comes back.`,
            back: 'It is waited for and not forced, and what was done is put back. A restart gives the device back in any case.',
          },
        ]
  },
  // By itself a module touches no device.
  'module-load': () => [],
  'console-release': (changes) =>
    changes.map(({ address }) => ({
      can: `What the kernel writes to its text console is no longer seen on ${address}.`,
      back: 'Until handover undo brings it back there: dmesg, a serial console, or ssh.',
    })),
  attribute: (changes) =>
    changes
      .filter(({ before, after }) => Number(after) > Number(before))
      .map(({ title, after, ifLess }) => ({
        can: `The kernel may give less than ${after} for ${title}.`,
        back: `What was done is then put back. The reason: ${ifLess}.`,
      })),
  'bar-size': (changes) =>
    changes.map(({ address, bar }) => ({
      can: `${address} may not work with BAR ${bar} in another size, which it leaves its driver for.`,
      back: 'handover undo, or a restart, gives it the size that it had.',
    })),
  // Nothing that is there is touched: the kernel makes one, or says that it does not.
  'mediated-device': () => [],
  configuration: (changes, plan) =>
    changes.flatMap((change) => [...ofSetting(change, plan), ...ofCommands(change)]),
}

function ofSetting(change: Configuration, { changes, takes, words, wayBack }: Planned): readonly Risk[] {
  // Without words it is only an entry that keeps the line as it was.
  if (change.id === 'command-line' && words.length > 0)
    return [
      {
        can: words.some((word) => /iommu=/.test(word))
          ? `With ${words.join(' ')} the DMA of every device goes through the IOMMU: where the firmware describes that wrongly, a device fails or the start hangs.`
          : `The kernel may not start with ${words.join(' ')}.`,
        back: wayBack === null ? fromRescue : `${wayBack} Then: handover undo.`,
      },
    ]
  if (change.id === 'early-binding') {
    const off = change.edits.some(({ after }) => after?.includes('handover=off'))
    // Its unit heeds no word on the command line (driverctl 0.111 to 0.121, driverctl@.service).
    const always = changes.some((one) => one.kind === 'configuration' && one.id === 'driverctl')
    return [
      {
        can: `From the next start on no driver of the host gets ${listed(takes)}: what needs ${takes.length === 1 ? 'it' : 'them'} is missing from the beginning.`,
        back: always
          ? `Overrides of driverctl count at every start. ${fromRescue}`
          : off
            ? 'A start with handover=off on the kernel command line, or one for recovery, leaves them to the host.'
            : (wayBack ?? fromRescue),
      },
    ]
  }
  return []
}

/** A copy of every file that a command rewrites is kept first: see changes/configuration.ts. */
function ofCommands({ commands }: Configuration): readonly Risk[] {
  return commands.flatMap(({ run, rewrites }) =>
    rewrites.length === 0
      ? []
      : [
          {
            can: `${run.join(' ')} makes ${listed(rewrites)} anew: cut off meanwhile, by a loss of power, the computer may not start from ${rewrites.length === 1 ? 'it' : 'them'}.`,
            back: `Copies are in ${stateFolder} before. ${fromRescue}`,
          },
        ],
  )
}

const fromRescue = 'From a rescue system: handover undo --root FOLDER.'

/** What the host is without, where the last that has a role is taken. */
const ofRoles: Readonly<Partial<Record<RoleName, Risk>>> = {
  'root-disk': {
    can: 'The root file system goes: running programs fail, and no start comes to its end.',
    back: 'A restart.',
  },
  swap: {
    can: 'What is swapped out is lost, and the programs that it belongs to with it.',
    back: 'A restart.',
  },
  mounted: {
    can: 'What was written to the mounted file system and is not yet on the disk is lost.',
    back: 'None: unmount it before.',
  },
  network: { can: 'The host is cut off from the network.', back: 'At the computer itself: handover undo.' },
  keyboard: { can: 'Nothing can be typed at the host.', back: 'Over the network: handover undo.' },
  display: { can: 'The host shows nothing any more.', back: 'Over the network: handover undo.' },
  terminal: {
    can: 'The terminal that this runs in ends.',
    back: 'In another terminal: handover undo.',
  },
}

/** All that can go wrong with a plan: what the host loses first, then change by change. */
export function risksOf(plan: Planned): readonly Risk[] {
  const { changes, losses, boot } = plan
  if (changes.length === 0) return []
  const lost = new Set(losses.flatMap(({ roles }) => roles.flatMap(({ name, last }) => (last ? name : []))))
  const ofKind = <K extends Change['kind']>(kind: K) =>
    ofChanges[kind](changes.filter((change) => change.kind === kind) as unknown as Of<K>, plan)
  return [
    ...[...lost].flatMap((role) => {
      const risk = ofRoles[role]
      if (risk === undefined) return []
      return boot ? { can: `From the next start on: ${small(risk.can)}`, back: 'As below.' } : risk
    }),
    ...(Object.keys(ofChanges) as Change['kind'][]).flatMap((kind) => ofKind(kind)),
  ]
}

const small = (text: string) => text.charAt(0).toLowerCase() + text.slice(1)

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
