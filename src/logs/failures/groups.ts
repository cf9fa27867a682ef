import type { Failure } from '../failure.js'
import { iommuOff } from './iommu-off.js'

/** Binding a function to vfio-pci, its IOMMU group, and who may open it. */
export const groupFailures: readonly Failure[] = [
  {
    cause: 'group-not-viable',
    title: 'a function of {group} has a driver of the host',
    why: 'The IOMMU cannot keep the functions of one group apart, so the kernel gives out a group only when no endpoint in it has a host driver. Bridges (pcieport) do not count.',
    fix: 'hand the whole group over: handover groups shows it, handover bind does it',
    certainty: 'certain',
    messages: [
      {
        format: 'group %d is not viable',
        args: ['group'],
        source: 'hw/vfio/container-legacy.c vfio_group_get (in 7.2: hw/vfio/common.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'Please ensure all devices within the iommu_group are bound to their vfio bus driver.',
        source: 'hw/vfio/container-legacy.c vfio_group_get (in 7.2: hw/vfio/common.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'not-bound',
    title: '{device} is not bound to vfio-pci',
    why: 'The file /dev/vfio/N of a group exists only while a function of the group is bound to a VFIO driver.',
    fix: 'hand it over first: handover bind {device}. If it was to be bound at boot, look for a misspelt option: vfio-pci.ids= has a dot',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio %s: failed to open %s',
        args: ['device', '=/dev/vfio/\\d+'],
        errno: 'No such file or directory',
        source: 'hw/vfio/common.c vfio_get_group',
        seen: 'QEMU 7.2',
      },
      {
        format: "vfio %s: Could not open '%s'",
        args: ['device', '=/dev/vfio/\\d+'],
        errno: 'No such file or directory',
        source: 'util/osdep.c qemu_open_internal, for hw/vfio/container-legacy.c vfio_group_get',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
      {
        format: "couldn't open directory %s",
        args: ['=/sys/\\S+/vfio-dev'],
        errno: 'No such file or directory',
        source: 'hw/vfio/iommufd.c iommufd_cdev_getfd',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: 'error getting device from group %d',
        args: ['group'],
        errno: 'No such device',
        source: 'hw/vfio/container-legacy.c vfio_device_get',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    follows: ['no-group', 'probe-refused', 'sriov-parent'],
    instead: [
      {
        when: 'is in no group',
        cause: 'no-group',
        title: '{device} is in no IOMMU group: the IOMMU is off',
        why: 'Without an IOMMU the kernel makes no groups, and vfio-pci does not take the device.',
        fix: 'switch it on in the firmware setup (VT-d, AMD-Vi, SVM); on Intel, then with intel_iommu=on on the kernel command line, where the kernel does not do it by itself',
      },
    ],
  },
  {
    cause: 'no-group',
    title: '{device} is in no IOMMU group: the IOMMU is off',
    why: 'Without an IOMMU the kernel makes no groups, and a device could write anywhere in the memory of the host.',
    fix: 'switch it on in the firmware setup (VT-d, AMD-Vi), then with intel_iommu=on on the kernel command line',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio %s: no iommu_group found',
        args: ['device'],
        source: 'hw/vfio/container-legacy.c vfio_device_get_groupid (in 7.2: hw/vfio/pci.c vfio_realize)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    instead: iommuOff,
  },
  {
    cause: 'group-busy',
    title: 'another program has {what} open: a group has one user at a time',
    why: 'The kernel lets one process at a time open a group. Another virtual machine has it, or a QEMU that did not end.',
    fix: 'stop the machine that uses it; `fuser {what}` names it',
    certainty: 'certain',
    messages: [
      {
        format: 'failed to open %s',
        args: ['what=/dev/vfio/\\d+'],
        errno: 'Device or resource busy',
        source: 'hw/vfio/common.c vfio_get_group; drivers/vfio/group.c vfio_group_fops_open',
        seen: 'QEMU 7.2',
      },
      {
        format: "Could not open '%s'",
        args: ['what=/dev/vfio/\\d+'],
        errno: 'Device or resource busy',
        source: 'util/osdep.c qemu_open_internal, for hw/vfio/container-legacy.c vfio_group_get',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
      {
        format: 'Failed to open %s',
        args: ['what=/dev/vfio/devices/vfio\\d+'],
        errno: 'Device or resource busy',
        source: 'hw/vfio/iommufd.c iommufd_cdev_getfd',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'group-denied',
    title: 'this user may not open {what}',
    why: 'The files in /dev/vfio belong to root unless a udev rule gives them to somebody else.',
    fix: 'run this as root, or give the file to this user',
    certainty: 'certain',
    messages: [
      {
        format: 'failed to open %s',
        args: ['what=/dev/vfio/\\S+'],
        errno: 'Permission denied',
        source: 'hw/vfio/common.c vfio_get_group',
        seen: 'QEMU 7.2',
      },
      {
        format: "Could not open '%s'",
        args: ['what=/dev/vfio/\\S+'],
        errno: 'Permission denied',
        source: 'util/osdep.c qemu_open_internal, for hw/vfio/container-legacy.c vfio_group_get',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
    follows: ['apparmor-denied', 'selinux-denied'],
  },
  {
    cause: 'vfio-missing',
    title: 'there is no /dev/vfio/vfio: the module vfio is not loaded',
    why: 'QEMU opens the VFIO container first.',
    fix: 'modprobe vfio-pci; if there is no such module, this kernel was built without VFIO',
    certainty: 'certain',
    messages: [
      {
        format: 'failed to open %s',
        args: ['=/dev/vfio/vfio'],
        errno: 'No such file or directory',
        source: 'hw/vfio/common.c vfio_connect_container',
        seen: 'QEMU 7.2',
      },
      {
        format: "Could not open '%s'",
        args: ['=/dev/vfio/vfio'],
        errno: 'No such file or directory',
        source: 'util/osdep.c qemu_open_internal, for hw/vfio/container-legacy.c vfio_container_connect',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
  },
  {
    cause: 'iommufd-missing',
    title: 'there is no /dev/iommu: this kernel has no IOMMUFD',
    why: 'An iommufd object was asked for. It needs Linux 6.2 and CONFIG_IOMMUFD, which many distributions leave out.',
    fix: 'leave the iommufd object and property out: the group interface does the same',
    certainty: 'certain',
    messages: [
      {
        format: "Could not open '%s'",
        args: ['=/dev/iommu'],
        errno: 'No such file or directory',
        source: 'util/osdep.c qemu_open_internal, for backends/iommufd.c iommufd_backend_connect',
        seen: 'QEMU 7.2, 10.0, 10.2: pieced together there',
      },
    ],
  },
  {
    cause: 'no-device-node',
    title: 'this kernel gives VFIO devices no file of their own',
    why: 'With iommufd, QEMU opens /dev/vfio/devices/vfioN, which Linux has from 6.6 with CONFIG_VFIO_DEVICE_CDEV.',
    fix: 'leave the iommufd property out: the group interface does the same',
    certainty: 'likely',
    messages: [
      {
        format: 'failed to find vfio-dev/vfioX/dev',
        source: 'hw/vfio/iommufd.c iommufd_cdev_getfd',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: 'failed to load "%s"',
        args: ['=/sys/\\S+/vfio-dev/\\S+'],
        source: 'hw/vfio/iommufd.c iommufd_cdev_getfd',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'no-such-device',
    title: 'the host has no function {device}',
    why: 'Addresses change when a card or a firmware setting does; a function that fell off the bus is gone too.',
    fix: 'handover devices lists what it has',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio %s: no such host device',
        args: ['=(?:/sys/bus/pci/devices/)?(?<device>[0-9a-fA-F:.]+)'],
        source: 'hw/vfio/device.c vfio_device_get_name (in 7.2: hw/vfio/pci.c vfio_realize)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'Device %s not found: could not access %s',
        args: ['device', '=/sys/bus/pci/\\S+'],
        source: 'src/util/virpci.c virPCIDeviceNew',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'given-twice',
    title: '{device} is given to the machine twice',
    why: 'QEMU opens a device once.',
    fix: 'take one of them out of devices',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio %s: device is already attached',
        args: ['device'],
        source: 'hw/vfio/container-legacy.c vfio_legacy_attach_device (in 7.2: hw/vfio/pci.c vfio_realize)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'group-two-spaces',
    title: 'devices of {group} sit behind different virtual IOMMUs',
    why: 'One group has one address space; with a virtual IOMMU every device of the guest gets its own.',
    fix: 'put the devices of the group behind one virtual PCIe-to-PCI bridge, or leave the virtual IOMMU out',
    certainty: 'certain',
    messages: [
      {
        format: 'group %d used in multiple address spaces',
        args: ['group'],
        source: 'hw/vfio/container-legacy.c vfio_group_get',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'sriov-parent',
    title: 'virtual functions exist, so their parent cannot be bound to vfio-pci',
    why: 'vfio-pci refuses a physical function with SR-IOV on: its driver would be gone from under its functions.',
    fix: 'write 0 to sriov_numvfs of the parent first, or hand one of the virtual functions over instead',
    certainty: 'certain',
    messages: [
      {
        format: 'Cannot bind to PF with SR-IOV enabled',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_register_device',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'sriov-in-use',
    title: 'virtual functions cannot be taken away while a machine has them',
    why: 'A function of the card is given to a virtual machine.',
    fix: 'stop the machines that use the functions, then change sriov_numvfs',
    certainty: 'certain',
    messages: [
      {
        format: 'Cannot modify SR-IOV while VFs are assigned',
        source: 'drivers/pci/iov.c sriov_numvfs_store',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'vf-token',
    title: 'the physical function belongs to vfio-pci, and its virtual functions need a token',
    why: 'Whoever holds the parent can disturb its functions; the kernel asks both users for the same secret.',
    fix: 'give QEMU the same vf-token=UUID for the parent and its functions',
    certainty: 'certain',
    messages: [
      {
        format: 'VF token required to access device',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_validate_vf_token',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Incorrect VF token provided for device',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_validate_vf_token',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'VF token incorrectly provided, PF not bound to vfio-pci',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_validate_vf_token',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'probe-refused',
    title: 'vfio-pci does not take {device}',
    why: 'Its probe failed with EINVAL: the function is a bridge (header type 1), or it is in no IOMMU group.',
    fix: 'handover show {device} tells which; a bridge stays with the host and need not be bound',
    certainty: 'likely',
    messages: [
      {
        format: 'vfio-pci %s: probe with driver %s failed with error %d',
        args: ['device', '=vfio-pci', '=-22'],
        source: 'drivers/base/dd.c call_driver_probe',
        seen: 'Linux 6.12, 7.3',
      },
      {
        format: 'vfio-pci: probe of %s failed with error %d',
        args: ['device', '=-22'],
        source: 'drivers/base/dd.c call_driver_probe',
        seen: 'Linux 6.1',
      },
      {
        format: '%s: write error: Invalid argument',
        args: ['=\\S*(?:bash|sh|tee|echo|printf)\\S*(?:: line \\d+)?(?:: \\w+)?'],
        source:
          'a shell that wrote to /sys/bus/pci/drivers/vfio-pci/bind (vfio_pci_core.c vfio_pci_core_register_device)',
        seen: 'GNU bash: words as users post them',
      },
    ],
    instead: [
      {
        when: 'is a bridge',
        cause: 'bridge-not-bindable',
        title: '{device} is a bridge, which vfio-pci does not take',
        why: 'vfio-pci takes functions with header type 0 only. Bridges stay with the host and do not stand in the way of their group.',
        fix: 'leave it as it is, and hand the endpoints over',
      },
      {
        when: 'is in no group',
        cause: 'no-group',
        title: '{device} is in no IOMMU group: the IOMMU is off',
        why: 'Without an IOMMU the kernel makes no groups, and vfio-pci does not take the device.',
        fix: 'switch it on in the firmware setup (VT-d, AMD-Vi), then with intel_iommu=on on the kernel command line',
      },
    ],
  },
  {
    cause: 'denylisted',
    title: 'vfio-pci refuses this device by its list of devices known to be unsafe',
    why: 'The device can be made to harm the host; the kernel keeps such in a list.',
    fix: 'do not hand it over; disable_denylist=1 of vfio-pci gives that protection up',
    certainty: 'certain',
    messages: [
      {
        format: '%04x:%04x exists in vfio-pci device denylist, driver probing disallowed.',
        source: 'drivers/vfio/pci/vfio_pci.c vfio_pci_is_denylisted',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'bad-ids',
    title: 'vfio-pci does not understand {what} in its option ids',
    why: 'ids= wants vendor:device in hexadecimal, several with commas between.',
    fix: 'correct it in /etc/modprobe.d or in vfio-pci.ids= on the kernel command line, and build the initramfs anew',
    certainty: 'certain',
    messages: [
      {
        format: 'invalid id string "%s"',
        args: ['what*'],
        source: 'drivers/vfio/pci/vfio_pci.c vfio_pci_fill_ids',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'failed to add dynamic id [%04x:%04x[%04x:%04x]] class %#08x/%08x (%d)',
        args: ['what'],
        source: 'drivers/vfio/pci/vfio_pci.c vfio_pci_fill_ids',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'user-keeps-device',
    title: 'a program keeps the device, and what was to take it away waits',
    why: 'Unbinding vfio-pci waits until the last user has closed the device.',
    fix: 'stop the machine that uses it',
    certainty: 'certain',
    messages: [
      {
        format: 'No device request channel registered, blocked until released by user',
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_request',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Device is currently in use, task "%s" (%d) blocked until device is released',
        args: ['*'],
        source: 'drivers/vfio/vfio_main.c vfio_unregister_group_dev',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'noiommu',
    title: 'a device is used without an IOMMU',
    why: 'The no-IOMMU mode is on: the device can read and write all memory of the host. QEMU cannot use it; programs such as DPDK do.',
    fix: 'switch the IOMMU on in the firmware setup and leave enable_unsafe_noiommu_mode off',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio-noiommu device opened by user (%s:%d)',
        args: ['*'],
        source: 'drivers/vfio/group.c vfio_device_open_file (in 6.1: vfio_main.c)',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Adding kernel taint for vfio-noiommu group on device',
        source: 'drivers/vfio/group.c vfio_group_find_or_alloc (in 6.1: vfio_main.c)',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
  {
    cause: 'vf-driver-differs',
    title: 'a virtual function has another driver than its parent expects',
    why: 'The parent is bound to vfio-pci, and so should its functions be.',
    fix: 'bind the function to vfio-pci too, or give the parent back to its own driver',
    certainty: 'certain',
    messages: [
      {
        format: 'VF %s bound to driver %s while PF bound to driver %s',
        args: ['device'],
        source: 'drivers/vfio/pci/vfio_pci_core.c vfio_pci_bus_notifier',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
  },
]
