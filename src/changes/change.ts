/**
 * A change is plain data: it can be shown, kept and compared. What is done with one stands in its kind, a row of the table
 * in kinds.ts.
 */

import type { Host, WritableHost } from '../host/index.js'
import type { Holder } from '../machine/index.js'
import type { Disk } from './disk.js'
import type { Writer } from './writer.js'

/** A function's driver, and the name in its `driver_override`; null: none. */
export interface Binding {
  readonly driver: string | null
  readonly override: string | null
}

/** A function goes from one driver to another. */
export interface DriverBinding {
  readonly kind: 'driver-binding'
  /** `0000:01:00.0` */
  readonly address: string
  readonly before: Binding
  /** `kernel`: no override, and whichever driver the kernel then finds for it. */
  readonly after: Binding | 'kernel'
}

/** A kernel module is loaded. It stays so: others may have come to need it, and by itself it touches no device. */
export interface ModuleLoad {
  readonly kind: 'module-load'
  readonly module: string
  /** The folder by which the kernel shows that the module's driver is there. */
  readonly shownBy: string
}

/** The text console leaves a frame buffer, so that the kernel draws no longer on the card below it. */
export interface ConsoleRelease {
  readonly kind: 'console-release'
  /** `vtcon1`; the number may be another one when the console comes back. */
  readonly console: string
  /** What the kernel calls the console: `(M) frame buffer device`. */
  readonly name: string
  /** The function of the card. */
  readonly address: string
}

/** A setting that a file of the kernel holds, until the next restart. */
export interface Attribute {
  readonly kind: 'attribute'
  /** What it sets, for people: `huge pages of 2 MiB`. */
  readonly title: string
  readonly path: string
  readonly before: string
  readonly after: string
  /** What to do where the kernel gives less. */
  readonly ifLess: string
  /** The physical function whose virtual functions go when this is put back. */
  readonly parent?: string
}

/** A BAR in another size, until the next restart. The function leaves its driver for it and goes back. */
export interface BarSize {
  readonly kind: 'bar-size'
  readonly address: string
  /** 0-5. */
  readonly bar: number
  /** n of 2^n MiB. */
  readonly before: number
  readonly after: number
}

/** A part of a card, made by the card's driver, until the next restart. */
export interface MediatedDevice {
  readonly kind: 'mediated-device'
  /** The card. */
  readonly address: string
  /** `nvidia-63`, `i915-GVTg_V5_4` */
  readonly type: string
  readonly uuid: string
}

/** A text file as it is and as it is to be; null: not there. */
export interface FileEdit {
  readonly path: string
  readonly before: string | null
  readonly after: string | null
  /** Permissions of a file that is new; one that is there keeps its own, its owner and its attributes. */
  readonly mode: number
  /** Folders above it that are not there before. */
  readonly folders: readonly string[]
  /** Others may have removed it since (an entry of a kernel that is gone): then undoing leaves it so. */
  readonly mayGo?: boolean
}

/** A command that makes other files out of edited ones, and the files that it rewrites. */
export interface Regeneration {
  readonly run: readonly string[]
  readonly rewrites: readonly string[]
  /**
   * Where files of the same kind come to be: names in `folder` that match the regular expression `names`. One that came there
   * since (of a new kernel) was made with the edits, so that undoing makes all anew.
   */
  readonly family?: { readonly folder: string; readonly names: string }
  /** It tells running programs of the edits: it is run on a running system only, and once more when they are undone. */
  readonly tells?: true
  /** Where no file is edited for it: what shows that the command was run. */
  readonly shownBy?: Shown
}

/** Words in a file of bytes or text, between blanks or zero bytes. */
export interface Shown {
  readonly words: readonly string[]
  /** The file that counts while it is there. */
  readonly file: string
  /** Else the one in `folder` whose name matches the regular expression `names` and has the highest number in it. */
  readonly folder: string
  readonly names: string
}

/** Files that make a setting together, and the commands that take it over. */
export interface Configuration {
  readonly kind: 'configuration'
  /** One word, its own within a plan: `command-line`. */
  readonly id: string
  /** What it sets, for people: `kernel command line (GRUB)`. */
  readonly title: string
  readonly edits: readonly FileEdit[]
  readonly commands: readonly Regeneration[]
  /**
   * Commands that undoing ends with, for what lies in no file that could be copied. Each comes to the same end however often it
   * is run, and where the change was never made.
   */
  readonly takeBack?: readonly (readonly string[])[]
}

export type Change =
  | DriverBinding
  | ModuleLoad
  | ConsoleRelease
  | Configuration
  | Attribute
  | BarSize
  | MediatedDevice

/** The plain deed: one write to a file of the kernel, a command, or a file as it is to be (null: removed). */
export type Action =
  | { readonly write: string; readonly path: string }
  | { readonly run: readonly string[] }
  | { readonly edit: string; readonly before: string | null; readonly after: string | null }

/** What a person is told of a change before it is made. */
export interface Description {
  readonly kind: Change['kind']
  /** A function's address, a module, a console, or what is set. */
  readonly target: string
  readonly from: string | null
  readonly to: string | null
  readonly actions: readonly Action[]
  readonly undo: readonly Action[]
}

/** What is, and what will be. */
export interface Difference {
  readonly path: string
  readonly from: string | null
  readonly to: string | null
}

/** Things that are told while changes are made. */
export type ChangeEvent =
  | { readonly kind: 'applying' | 'applied' | 'undoing' | 'undone'; readonly change: Change }
  /** Somebody uses the device, and is given `limitMs` to stop. */
  | {
      readonly kind: 'held'
      readonly address: string
      readonly holders: readonly Holder[]
      readonly limitMs: number
    }
  /** The kernel has not come back from a write; up to `limitMs` it is waited for. */
  | { readonly kind: 'slow'; readonly path: string; readonly text: string; readonly limitMs: number }

/** How long is waited, in milliseconds. */
export interface Limits {
  /** For others to close a device. */
  readonly closeMs: number
  /** For the kernel to come back from one write: drivers of large cards take seconds to let go or to start. */
  readonly writeMs: number
}

export const defaultLimits: Limits = { closeMs: 5_000, writeMs: 30_000 }

/** What a change is made with. */
export interface Context {
  readonly host: WritableHost
  readonly writer: Writer
  readonly limits: Limits
  /** Whether this process may change drivers, apart from what the kernel still refuses. */
  readonly privileged: boolean
  readonly report: (event: ChangeEvent) => void
  readonly disk: Disk
  /** The folder for what must be put back: `/var/lib/handover/3`. */
  readonly keptIn: string
  /** Runs a command to its end; rejects with what it said when it fails. */
  readonly run: (argv: readonly string[]) => Promise<void>
}

/** What can be done with a change of one kind. */
export interface ChangeKind<C extends Change> {
  describe(change: C): Description
  /** What is still to be done; empty: it is as the change wants it. Throws {@link UnreadableError}. */
  diff(change: C, host: Host): readonly Difference[]
  /** Throws where the change cannot be begun as things are now. Changes nothing. */
  check(change: C, context: Context): Promise<void>
  /** Makes what {@link diff} shows, and looks whether it came about. */
  apply(change: C, context: Context): Promise<void>
  /** Puts back what was before, also after an `apply` that stopped half-way. */
  undo(change: C, context: Context): Promise<void>
}
