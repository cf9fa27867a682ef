/** The laboratory could not be started or used. The message says what was tried and what to do. */
export class LabError extends Error {
  constructor(
    message: string,
    /** What a person can look at: the end of a log, a command's own words. */
    readonly detail?: string,
  ) {
    super(message)
    this.name = 'LabError'
  }
}

/** What was asked for does not exist or cannot be understood: a topology, a kernel's name. */
export class LabInputError extends LabError {
  constructor(message: string) {
    super(message)
    this.name = 'LabInputError'
  }
}
