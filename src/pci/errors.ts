/** The only error this room throws: its caller broke the contract. Odd bytes never throw, they become problems. */
export class PciDataError extends Error {
  override readonly name = 'PciDataError'
}
