/** Vendor ids that only devices have which a hypervisor makes. What it makes after real hardware (e1000e) has that maker's. */
export const virtualDevices: readonly {
  readonly what: string
  readonly vendor: number
  readonly source: string
}[] = [
  { what: 'virtio', vendor: 0x1af4, source: 'VIRTIO 1.3, section 4.1.2' },
  { what: "QEMU's", vendor: 0x1b36, source: 'QEMU docs/specs/pci-ids.rst' },
  { what: "QEMU's", vendor: 0x1234, source: 'QEMU include/hw/pci/pci.h PCI_VENDOR_ID_QEMU' },
  { what: "VMware's", vendor: 0x15ad, source: 'Linux include/linux/pci_ids.h PCI_VENDOR_ID_VMWARE' },
  { what: "VirtualBox's", vendor: 0x80ee, source: 'pci.ids: InnoTek Systemberatung' },
  { what: "Hyper-V's", vendor: 0x1414, source: 'Linux include/linux/pci_ids.h PCI_VENDOR_ID_MICROSOFT' },
  { what: "Xen's", vendor: 0x5853, source: 'Linux include/linux/pci_ids.h PCI_VENDOR_ID_XEN' },
]
