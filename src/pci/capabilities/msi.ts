import type { ConfigSpace } from '../config-space.js'
import { address, flag, type HasPart, inPart, layout, names, number, register, value } from '../layout.js'

/** Message Signalled Interrupts. Where the registers stand depends on what the control register says. */
export const msiLayout = layout({
  control: register(0x02, 2, 'PCI_MSI_FLAGS', 'Capabilities', {
    enabled: flag(0, 'PCI_MSI_FLAGS_ENABLE', 'Enable'),
    vectors: number([1, 3], 'PCI_MSI_FLAGS_QMASK', {
      times: 1,
      power: true,
      lspci: { label: '/{d}', after: 'Count=' },
    }),
    vectorsEnabled: number([4, 6], 'PCI_MSI_FLAGS_QSIZE', { times: 1, power: true, lspci: 'Count={d}' }),
    is64Bit: flag(7, 'PCI_MSI_FLAGS_64BIT', '64bit'),
    perVectorMasking: flag(8, 'PCI_MSI_FLAGS_MASKBIT', 'Maskable'),
  }),
  address32: inPart('32', value(0x04, 4, '', address([2, 31], 'PCI_MSI_ADDRESS_LO'))),
  data32: inPart('32', value(0x08, 2, '', number([0, 15], 'PCI_MSI_DATA_32'))),
  mask32: inPart('32 mask', value(0x0c, 4, '', number([0, 31], 'PCI_MSI_MASK_32'))),
  pending32: inPart('32 mask', value(0x10, 4, '', number([0, 31], 'PCI_MSI_PENDING_32'))),
  address64: inPart('64', value(0x04, 8, '', address([2, 63], 'PCI_MSI_ADDRESS_LO'))),
  data64: inPart('64', value(0x0c, 2, '', number([0, 15], 'PCI_MSI_DATA_64'))),
  mask64: inPart('64 mask', value(0x10, 4, '', number([0, 31], 'PCI_MSI_MASK_64'))),
  pending64: inPart('64 mask', value(0x14, 4, '', number([0, 31], 'PCI_MSI_PENDING_64'))),
})

export function msiParts(space: ConfigSpace, at: number): HasPart {
  const is64Bit = space.readBits(at + 2, 2, 7)
  const masking = space.readBits(at + 2, 2, 8)
  return (part) => {
    const width = is64Bit === undefined ? undefined : (is64Bit === 1) === part.startsWith('64')
    if (width === false || !part.endsWith('mask')) return width
    return masking === undefined ? undefined : masking === 1 && width
  }
}

/** MSI-X: the vector table and the pending bits stand in BARs. */
export const msixLayout = layout({
  control: register(0x02, 2, 'PCI_MSIX_FLAGS', 'Capabilities', {
    vectors: number([0, 10], 'PCI_MSIX_FLAGS_QSIZE', { plus: 1, lspci: 'Count={d}' }),
    masked: flag(14, 'PCI_MSIX_FLAGS_MASKALL', 'Masked'),
    enabled: flag(15, 'PCI_MSIX_FLAGS_ENABLE', 'Enable'),
  }),
  table: register(0x04, 4, 'PCI_MSIX_TABLE', 'Vector table', {
    bar: names([0, 2], 'PCI_MSIX_TABLE_BIR', [0, 1, 2, 3, 4, 5], 'BAR={d}'),
    offset: address([3, 31], 'PCI_MSIX_TABLE_OFFSET', 'offset={x}'),
  }),
  pendingBits: register(0x08, 4, 'PCI_MSIX_PBA', 'PBA', {
    bar: names([0, 2], 'PCI_MSIX_PBA_BIR', [0, 1, 2, 3, 4, 5], 'BAR={d}'),
    offset: address([3, 31], 'PCI_MSIX_PBA_OFFSET', 'offset={x}'),
  }),
})
