/** A file that is no host. The message names it, and says what was expected or what to give instead. */
export class OpenHostError extends Error {
  override readonly name: string = 'OpenHostError'
  /** The file's name, or `standard input`. */
  readonly file: string
  /** The errno name where the system refused the file. */
  readonly code: string | undefined

  constructor(file: string, reason: string, code?: string) {
    super(`${file}: ${reason}`)
    this.file = file
    this.code = code
  }
}
