import type { Failure } from '../failure.js'
import { iommuOff } from './iommu-off.js'

/** QEMU and libvirt do not start a machine. */
export const startFailures: readonly Failure[] = [
  {
    cause: 'disk-locked',
    title: 'another program uses a disk of the machine',
    why: 'QEMU locks the files it writes.',
    fix: 'stop that machine first: two that write one disk destroy it',
    certainty: 'certain',
    messages: [
      {
        format: 'Failed to get "%s" lock',
        source: 'block/file-posix.c raw_check_lock_bytes',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'Is another process using the image [%s]?',
        args: ['what*'],
        source: 'block/file-posix.c raw_check_lock_bytes',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'kernel-missing',
    title: 'the kernel {what} cannot be opened',
    why: 'QEMU starts it directly.',
    fix: 'correct kernel',
    certainty: 'certain',
    messages: [
      {
        format: "qemu: could not open kernel file '%s'",
        args: ['what*'],
        source: 'hw/i386/x86-common.c x86_load_linux (in 7.2: hw/i386/x86.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: "qemu: could not load kernel '%s'",
        args: ['what*'],
        source: 'hw/i386/x86-common.c x86_load_linux (in 7.2: hw/i386/x86.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'firmware-missing',
    title: 'the firmware of the machine is not installed',
    why: 'UEFI firmware (OVMF) is a package of its own on most distributions.',
    fix: 'install it (Debian: ovmf; Fedora: edk2-ovmf), or let the machine use BIOS',
    certainty: 'certain',
    messages: [
      {
        format: "qemu: could not load PC BIOS '%s'",
        args: ['what*'],
        source: 'hw/i386/x86-common.c x86_bios_rom_init (in 7.2: hw/i386/x86.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: "Could not open '%s'",
        args: ["what=[^']*(?:OVMF|edk2|AAVMF)[^']*"],
        errno: 'No such file or directory',
        source: 'util/osdep.c qemu_open_internal',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
      {
        format: "Unable to find any firmware to satisfy '%s'",
        source: 'src/qemu/qemu_firmware.c qemuFirmwareFillDomain',
        seen: 'libvirt 9.0',
      },
    ],
  },
  {
    cause: 'file-missing',
    title: '{what} does not exist',
    why: 'The description of the machine names it.',
    fix: 'correct its file, or make it: qemu-img create -f qcow2 FILE 64G',
    certainty: 'certain',
    messages: [
      {
        format: "Could not open '%s'",
        args: ["what=[^']+"],
        errno: 'No such file or directory',
        source: 'util/osdep.c qemu_open_internal',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
  },
  {
    cause: 'file-denied',
    title: '{what} may not be opened by this user',
    why: 'libvirt runs QEMU as a user of its own.',
    fix: 'run this as root, or give the file to this user',
    certainty: 'certain',
    messages: [
      {
        format: "Could not open '%s'",
        args: ["what=[^']+"],
        errno: 'Permission denied',
        source: 'util/osdep.c qemu_open_internal',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
    follows: ['apparmor-denied', 'selinux-denied'],
  },
  {
    cause: 'kvm-unusable',
    title: 'KVM cannot be used',
    why: 'The modules kvm_intel or kvm_amd are not loaded, or the user may not open /dev/kvm.',
    fix: 'load kvm_intel or kvm_amd, and join the group kvm',
    certainty: 'certain',
    messages: [
      {
        format: 'Could not access KVM kernel module: %m',
        source: 'accel/kvm/kvm-all.c kvm_init',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    follows: ['kvm-off'],
  },
  {
    cause: 'kvm-off',
    title: 'virtualisation is switched off in the firmware setup',
    why: 'Without it, and mostly without the IOMMU beside it, a machine is far too slow.',
    fix: 'switch it on: VT-x or "Intel Virtualization Technology"; SVM on AMD',
    certainty: 'certain',
    messages: [
      {
        format: 'VMX not enabled (by BIOS) in MSR_IA32_FEAT_CTL on CPU %d',
        source: 'arch/x86/kvm/vmx/vmx.c __kvm_is_vmx_supported',
        seen: 'Linux 6.12, 7.3',
      },
      {
        format: "kvm: support for '%s' disabled by bios",
        source: 'arch/x86/kvm/x86.c kvm_x86_check_processor_compatibility',
        seen: 'Linux 6.1',
      },
      {
        format: 'kvm: disabled by bios',
        source: 'arch/x86/kvm/x86.c kvm_arch_init',
        seen: 'Linux up to 5.17 (its change is in the patch "KVM: x86: Use more verbose names")',
      },
    ],
  },
  {
    cause: 'address-bits',
    title: 'the machine’s memory does not fit its processor’s address width',
    why: 'QEMU lays memory and BAR windows out below the guest’s physical address width.',
    fix: 'give the machine less memory, or a processor with more address bits (-cpu host)',
    certainty: 'certain',
    messages: [
      {
        format: 'Address space limit 0x%x < 0x%x phys-bits too low (%u)',
        source: 'hw/i386/pc.c pc_memory_init',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'vtd-width',
    title: 'the machine’s virtual IOMMU is wider than the host’s',
    why: 'Addresses that the guest’s IOMMU accepts must be reachable through the host’s.',
    fix: 'aw-bits=39 of intel-iommu',
    certainty: 'certain',
    messages: [
      {
        format: 'aw-bits %d > host aw-bits %d',
        source: 'hw/i386/intel_iommu.c vtd_check_hiod',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'vtd-caching',
    title: 'the machine’s virtual IOMMU cannot be used with a real device as it is',
    why: 'QEMU must hear of every mapping that the guest makes.',
    fix: 'caching-mode=on of intel-iommu',
    certainty: 'certain',
    messages: [
      {
        format:
          'We need to set caching-mode=on for intel-iommu to enable device assignment with IOMMU protection.',
        source: 'hw/i386/intel_iommu.c vtd_iommu_notify_flag_changed',
        seen: 'QEMU 7.2, 10.0',
      },
      {
        format: 'caching-mode=on for Intel IOMMU.',
        source: 'hw/i386/intel_iommu.c vtd_iommu_notify_flag_changed',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'slot-taken',
    title: 'two devices of the machine have one place on its PCI bus',
    why: 'Each slot and function holds one.',
    fix: 'give one of them another addr, or leave it out',
    certainty: 'certain',
    messages: [
      {
        format: 'PCI: slot %d function %d not available for %s, in use by %s,id=%s',
        args: ['', '', '', '*', '*'],
        source: 'hw/pci/pci.c do_pci_register_device',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'PCI: no slot/function available for %s, all in use or reserved',
        source: 'hw/pci/pci.c do_pci_register_device',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'pcie-type',
    title: 'QEMU does not hand over this kind of PCI Express function',
    why: 'It knows endpoints, and few others; ports and bridges stay with the host.',
    fix: 'hand the endpoints behind it over instead',
    certainty: 'certain',
    messages: [
      {
        format: 'assignment of PCIe type 0x%x devices is not currently supported',
        source: 'hw/vfio/pci.c vfio_setup_pcie_cap',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'Non-endpoint PCI devices cannot be assigned to guests',
        source: 'src/hypervisor/virhostdev.c virHostdevPreparePCIDevicesImpl',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'igd-legacy',
    title: 'the integrated video card cannot be used in legacy mode as the machine is',
    why: 'Legacy mode wants the machine pc (i440fx), the card at 00:02.0, a ROM, and nothing else at 00:1f.0.',
    fix: 'meet that, or use x-igd-legacy-mode=off (QEMU 10) with UEFI firmware',
    certainty: 'certain',
    messages: [
      {
        format:
          "Machine is not i440fx, assigned BDF is not 00:02.0, or device %04x (gen %d) doesn't support legacy mode",
        source: 'hw/vfio/igd.c vfio_pci_igd_config_quirk',
        seen: 'QEMU 10.2, 11.1',
      },
      {
        format: 'Cannot create LPC bridge due to existing device at 1f.0',
        source: 'hw/vfio/igd.c vfio_pci_igd_setup_lpc_bridge',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: 'Failed to setup Intel IGD regions',
        source: 'drivers/vfio/pci/vfio_pci.c vfio_pci_open_device',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'igd-no-access',
    title: 'the kernel gives no access to the parts of the chipset that the integrated video card needs',
    why: 'It was built without CONFIG_VFIO_PCI_IGD, or the card is not one that the kernel offers them for.',
    fix: 'a kernel with CONFIG_VFIO_PCI_IGD; a guest with UEFI firmware needs only the OpRegion',
    certainty: 'certain',
    messages: [
      {
        format: 'IGD LPC bridge access is not supported by kernel',
        source: 'hw/vfio/igd.c vfio_pci_igd_config_quirk',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: 'IGD host bridge access is not supported by kernel',
        source: 'hw/vfio/igd.c vfio_pci_igd_config_quirk',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'libvirt-in-use',
    title: '{device} is in use by another machine of libvirt',
    why: 'One device belongs to one machine at a time.',
    fix: 'stop {what}, or take the device out of one of them',
    certainty: 'certain',
    messages: [
      {
        format: 'PCI device %s is in use by driver %s, domain %s',
        args: ['device', '', 'what*'],
        source: 'src/hypervisor/virhostdev.c virHostdevIsPCINodeDeviceUsed',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: 'PCI device %s is in use',
        args: ['device'],
        source: 'src/hypervisor/virhostdev.c virHostdevIsPCINodeDeviceUsed',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'libvirt-unmanaged',
    title: '{device} must be handed over before libvirt starts the machine',
    why: 'Its hostdev says managed="no", so libvirt does not bind it.',
    fix: 'handover bind {device}, or managed="yes"',
    certainty: 'certain',
    messages: [
      {
        format: 'Unmanaged PCI device %s must be manually detached from the host',
        args: ['device'],
        source: 'src/hypervisor/virhostdev.c virHostdevPreparePCIDevicesImpl',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'libvirt-no-vfio',
    title: 'libvirt finds no VFIO on this host',
    why: 'There is no IOMMU group, or the module vfio is not loaded.',
    fix: 'switch the IOMMU on in the firmware setup; modprobe vfio-pci',
    certainty: 'certain',
    messages: [
      {
        format: "host doesn't support passthrough of host PCI devices",
        source: 'src/qemu/qemu_hostdev.c qemuHostdevPreparePCIDevicesCheckSupport',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: "host doesn't support VFIO PCI passthrough",
        source: 'src/qemu/qemu_hostdev.c qemuHostdevPreparePCIDevicesCheckSupport',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
    follows: ['no-group'],
    instead: iommuOff,
  },
  {
    cause: 'libvirt-acs',
    title: 'libvirt does not hand over {device}: it is behind a switch without ACS',
    why: 'Devices behind such a switch can reach each other past the IOMMU.',
    fix: 'another slot; handover groups shows which devices stand alone',
    certainty: 'certain',
    messages: [
      {
        format: 'Device %s is behind a switch lacking ACS and cannot be assigned',
        args: ['device'],
        source: 'src/util/virpci.c virPCIDeviceIsAssignable',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: 'PCI device %s is not assignable',
        args: ['device'],
        source: 'src/hypervisor/virhostdev.c virHostdevPreparePCIDevicesImpl',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'libvirt-driver-change',
    title: 'libvirt could not take {device} from its driver',
    why: 'The driver refused, or the kernel did; `dmesg` of that time says more.',
    fix: 'handover bind {device} says who holds the device',
    certainty: 'likely',
    messages: [
      {
        format: "Failed to unbind PCI device '%s' from %s",
        args: ['device'],
        source: 'src/util/virpci.c virPCIDeviceUnbind',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: "Failed to add driver '%s' to driver_override  interface of PCI device '%s'",
        args: ['', 'device'],
        source: 'src/util/virpci.c virPCIDeviceSetDriverOverride',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: 'Failed to load PCI stub module %s',
        source: 'src/util/virpci.c virPCIDeviceBindToStub',
        seen: 'libvirt 9.0',
      },
      {
        format: "Failed to trigger a probe for PCI device '%s'",
        args: ['device'],
        source: 'src/util/virpci.c virPCIDeviceRebind',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: 'Failed to load PCI driver module %s: ',
        source: 'src/util/virpci.c virPCIProbeModule',
        seen: 'libvirt 11.3',
      },
      {
        format: 'Failed to re-attach PCI device: %s',
        args: ['*'],
        source: 'src/hypervisor/virhostdev.c virHostdevReattachAllPCIDevices',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
    follows: ['sriov-parent', 'nvidia-in-use'],
  },
  {
    cause: 'qemu-ended',
    title: 'QEMU ended before the machine ran',
    why: 'libvirt only tells that it is gone.',
    fix: 'QEMU’s own message stands beside or before it, in /var/log/libvirt/qemu/NAME.log',
    certainty: 'certain',
    messages: [
      {
        format: 'qemu unexpectedly closed the monitor',
        source: 'src/qemu/qemu_monitor.c qemuMonitorIO',
        seen: 'libvirt 9.0',
      },
      {
        format: 'process exited while connecting to monitor',
        source: 'src/qemu/qemu_process.c qemuProcessReportLogError',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
    follows: ['*'],
  },
]
