/** The shape of the tables in failures/: what a program prints, and what it means for somebody who hands a device over. */

/** One message of a program, as its source writes it. {@link compileMessage} makes the pattern of it. */
export interface Message {
  /**
   * The printf format, letter by letter, without `\n` at its end. A macro such as PRIx64 is written as the conversion
   * that it stands for; `%m` is the errno's text.
   */
  readonly format: string
  /** File and function that print it. */
  readonly source: string
  /** Versions in whose source the format was found. Others may print it too. */
  readonly seen: string
  /**
   * What the conversions hold, in order; one left out is a word, a number or, for `%pR`, a range.
   * - `name`: the same, kept as `name` (`device`: a PCI address; `group`: the number of an IOMMU group)
   * - `name*`, `*`: anything, also with spaces
   * - `name=pattern`, `=pattern`: only what this regular expression fits
   */
  readonly args?: readonly string[]
  /** Text that follows the format, as error_setg_errno of QEMU and virReportSystemError of libvirt append it: strerror(3). */
  readonly errno?: string
}

/** How sure it is that the words mean this: they can mean nothing else, they mostly do, or they may. */
export type Certainty = 'certain' | 'likely' | 'possible'

/** What a failure means and what to do. `{name}` stands for what a conversion held. */
export interface Meaning {
  /** Stable: `group-not-viable`. */
  readonly cause: string
  readonly title: string
  readonly why: string
  readonly fix: string
}

/** Another cause of the same words. Which of them it was is told by what is known of the device or the computer. */
export interface Alternative extends Meaning {
  readonly when: FactName
}

/** Questions that a Machine answers (`facts.ts`): about the device that a line names, or about the computer. */
export const factNames = [
  'the firmware shows no IOMMU',
  'the command line switches the IOMMU off',
  'the firmware shows an IOMMU that the kernel leaves off',
  'is in no group',
  'is a bridge',
  'has no ROM BAR',
  'cannot be reset alone',
  'shows a display or a console',
] as const
export type FactName = (typeof factNames)[number]

/** A row: one failure, by all the messages that tell of it. */
export interface Failure extends Meaning {
  readonly certainty: Certainty
  readonly messages: readonly Message[]
  /** Causes of which this is often only the consequence. */
  readonly follows?: readonly string[]
  /** Looks alarming and is not: `why` says so. */
  readonly harmless?: true
  /** The first one whose fact holds takes the place of the row's own meaning. */
  readonly instead?: readonly Alternative[]
}
