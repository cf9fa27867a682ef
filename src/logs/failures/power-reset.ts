import type { Failure } from '../failure.js'

/** Reset and power states. */
export const powerResetFailures: readonly Failure[] = [
  {
    cause: 'reset-failed',
    title: 'the device did not come back from its reset',
    why: 'After a reset a device has to answer within a minute. This one did not: its reset is broken, or it hangs.',
    fix: 'switch the computer off and on. Then try another method: handover show lists them, and sysfs reset_method chooses one',
    certainty: 'certain',
    messages: [
      {
        format: 'not ready %dms after %s; giving up',
        args: ['', '*'],
        source: 'drivers/pci/pci.c pci_dev_wait',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'timed out waiting for pending transaction; performing function level reset anyway',
        source: 'drivers/pci/pci.c pcie_reset_flr',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'vfio: Cannot reset device %s, no available reset mechanism.',
        source: 'hw/vfio/pci.c vfio_pci_hot_reset_one',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    instead: [
      {
        when: 'cannot be reset alone',
        cause: 'no-reset',
        title: 'the kernel knows no way to reset the device',
        why: 'The device has no FLR and no power state reset, and the bus it sits on holds others. It goes to the guest, and back, in the state it is in.',
        fix: 'give the whole slot to the same machine; otherwise only a restart of the host resets it',
      },
    ],
  },
  {
    cause: 'reset-slow',
    title: 'the device takes long to come back from its reset',
    why: 'The kernel waits up to a minute. If no "giving up" follows, the device came back.',
    fix: 'nothing, unless it gives up; another reset method may be faster (sysfs reset_method)',
    certainty: 'possible',
    messages: [
      {
        format: 'not ready %dms after %s; waiting',
        args: ['', '*'],
        source: 'drivers/pci/pci.c pci_dev_wait',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'device-inaccessible',
    title: 'the device does not wake: its configuration space reads all ones',
    why: 'It lost power (D3cold) or fell off the bus, and does not answer any more.',
    fix: 'switch the computer off and on; if it comes back, load vfio-pci with disable_idle_d3=1, or set d3cold_allowed of it and the ports above to 0',
    certainty: 'certain',
    messages: [
      {
        format: 'Unable to change power state from %s to %s, device inaccessible',
        source: 'drivers/pci/pci.c pci_power_up, pci_set_low_power_state',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Device config space inaccessible; unable to %s',
        args: ['*'],
        source: 'drivers/pci/pci.c pci_dev_config_accessible',
        seen: 'Linux 6.12, 7.3',
      },
      {
        format: "Unknown PCI header type '%d' for device '%s'",
        args: ['=127', 'device'],
        source: 'src/util/virpci.c virPCIGetHeaderType',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: 'unknown header type %02x, ignoring device',
        args: ['=7f|ff'],
        source: 'drivers/pci/probe.c pci_setup_device',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'link-down', 'aer-uncorrectable'],
  },
  {
    cause: 'd3-stuck',
    title: 'the device does not wake from its sleep',
    why: 'It was told to go to D0 and stays where it is.',
    fix: 'switch the computer off and on; if it comes back, load vfio-pci with disable_idle_d3=1',
    certainty: 'certain',
    messages: [
      {
        format: 'Refused to change power state from %s to %s',
        source: 'drivers/pci/pci.c pci_set_full_power_state',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Refused to change power state, currently in D%d',
        args: ['=3'],
        source: 'drivers/pci/pci.c pci_raw_set_power_state',
        seen: 'Linux before it named both states',
      },
      {
        format: 'vfio: Unable to power on device, stuck in D%d',
        source: 'hw/vfio/pci.c vfio_pci_pre_reset',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'runtime resume failed %d',
        source: 'drivers/vfio/vfio_main.c vfio_device_fops_unl_ioctl; drivers/vfio/pci/vfio_pci_core.c',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible'],
  },
  {
    cause: 'reset-needs-others',
    title: 'the device can only be reset together with others that the machine does not have',
    why: 'It has no reset of its own, and a bus reset hits every function on the bus. QEMU does that only if all of them are the machine’s.',
    fix: 'give the machine all functions of the slot; handover show tells the reset methods',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio: Cannot reset device %s, depends on group %d which is not owned.',
        args: ['device', 'group'],
        source: 'hw/vfio/container-legacy.c vfio_legacy_pci_hot_reset (in 7.2: hw/vfio/pci.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'vfio: Cannot reset device %s, depends on device %04x:%02x:%02x.%x which is not owned.',
        args: ['device'],
        source: 'hw/vfio/iommufd.c iommufd_cdev_pci_hot_reset',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: 'vfio: hot reset info failed: %m',
        source: 'hw/vfio/pci.c vfio_pci_get_pci_hot_reset_info',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'PCI device %s: %s',
        args: ['device', '=no FLR, PM reset or bus reset available'],
        source: 'src/util/virpci.c virPCIDeviceReset',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'reset-refused-by-libvirt',
    title: 'libvirt could not reset {device}',
    why: 'It resets a device before a machine gets it and after; no method worked.',
    fix: 'handover show {device} tells its reset methods',
    certainty: 'certain',
    messages: [
      {
        format: 'Unable to reset PCI device %s: %s',
        args: ['device', '*'],
        source: 'src/util/virpci.c virPCIDeviceReset',
        seen: 'libvirt 9.0, 11.3',
      },
      {
        format: 'Failed to reset PCI device: %s',
        args: ['*'],
        source: 'src/hypervisor/virhostdev.c virHostdevResetAllPCIDevices',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible'],
  },
  {
    cause: 'reset-disabled',
    title: 'somebody switched every reset method of the device off',
    why: 'An empty text was written to its reset_method. A guest gets it as the last user left it.',
    fix: 'write the word default to reset_method of the device',
    certainty: 'certain',
    messages: [
      {
        format: 'All device reset methods disabled by user',
        source: 'drivers/pci/pci-sysfs.c reset_method_store (in 6.12: drivers/pci/pci.c)',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'nvme-reset-quirk',
    title: 'the NVMe disk did not stop before its reset',
    why: 'The kernel stops this model first, since it hangs otherwise, and waited in vain.',
    fix: 'switch the computer off and on; update the firmware of the disk',
    certainty: 'certain',
    messages: [
      {
        format: 'Timeout waiting for NVMe ready status to clear after disable',
        source: 'drivers/pci/quirks.c nvme_disable_and_flr',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
]
