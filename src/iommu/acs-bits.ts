/** Bits of the ACS Capability and Control registers (PCI Express 6.0, 7.7.11.2 and 7.7.11.3; Linux uapi/linux/pci_regs.h PCI_ACS_*). */
export const acsBits = {
  sourceValidation: 0x01,
  translationBlocking: 0x02,
  requestRedirect: 0x04,
  completionRedirect: 0x08,
  upstreamForwarding: 0x10,
  egressControl: 0x20,
  directTranslated: 0x40,
} as const

export type AcsBit = keyof typeof acsBits

const { sourceValidation, requestRedirect, completionRedirect, upstreamForwarding } = acsBits

/** What a function must do to be isolated: `REQ_ACS_FLAGS` in Linux drivers/iommu/iommu.c. */
export const requiredBits = sourceValidation | requestRedirect | completionRedirect | upstreamForwarding

/** What `pci=disable_acs_redir=` switches off (Linux drivers/pci/pci.c pci_enable_acs). */
export const redirectBits = requestRedirect | completionRedirect | acsBits.egressControl

/** The bits set in `bits`, by name, lowest first. */
export function acsBitNames(bits: number): readonly AcsBit[] {
  return (Object.keys(acsBits) as AcsBit[]).filter((name) => (bits & acsBits[name]) !== 0)
}
