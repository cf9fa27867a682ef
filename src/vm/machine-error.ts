/**
 * The machine could not be started, or QEMU ended otherwise than by itself. `detail`: what QEMU, or a program beside it, said
 * last, where that was not told as it came.
 */
export class MachineError extends Error {
  override readonly name = 'MachineError'

  constructor(
    message: string,
    readonly detail?: string,
  ) {
    super(message)
  }
}
