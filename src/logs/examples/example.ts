/** For the tests of each row: lines in the form in which they are printed, and one that is nearly so and means something else. */
export interface Example {
  readonly lines: readonly string[]
  readonly nearMiss: string
}

/** By cause. */
export type Examples = Readonly<Record<string, Example>>

/** How QEMU begins what it says of a device. */
export const q = 'qemu-system-x86_64: -device vfio-pci,host=0000:02:00.0'
