import type { Failure } from '../failure.js'

const nvidia = 'NVIDIA open-gpu-kernel-modules'

/** Drivers that lose a device, or get it back in a bad state. The words are told on the host or in the guest. */
export const driverFailures: readonly Failure[] = [
  {
    cause: 'nvidia-in-use',
    title: 'the NVIDIA driver was told to leave a card that is in use',
    why: 'It waits, in the kernel, until the last program has closed the card; whatever asked for it hangs so long.',
    fix: 'end what uses the card (fuser -v /dev/nvidia*): the desktop session, nvidia-persistenced, CUDA programs. Then try again; do not force it',
    certainty: 'certain',
    messages: [
      {
        format: 'NVRM: Attempting to remove device %04x:%02x:%02x.%x with non-zero usage count!',
        source: 'kernel-open/nvidia/nv-pci.c nv_pci_remove_helper',
        seen: nvidia,
      },
    ],
  },
  {
    cause: 'nvidia-init-failed',
    title: 'the NVIDIA driver could not start the card',
    why: 'The card was left in a state that it does not start from, mostly by a guest that did not shut it down, or a BAR of it has no place.',
    fix: 'switch the computer off and on. In a guest: give the card’s clean ROM (rom: FILE), all functions of its slot, and UEFI firmware',
    certainty: 'likely',
    messages: [
      {
        format: 'NVRM: GPU %04x:%02x:%02x.%x: RmInitAdapter failed! (0x%x:0x%x:%d)',
        source: 'the closed part of the NVIDIA driver',
        seen: 'words as users post them',
      },
      {
        format: 'NVRM: This PCI I/O region assigned to your NVIDIA device is invalid:',
        source: 'kernel-open/nvidia/nv-pci.c nv_pci_probe',
        seen: nvidia,
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'bar-no-space'],
  },
  {
    cause: 'nvidia-off-bus',
    title: 'the NVIDIA card fell off the bus',
    why: 'Its registers read all ones: no power, no link, or a reset that failed.',
    fix: 'switch the computer off and on; power cables, riser, slot',
    certainty: 'certain',
    messages: [
      {
        format: 'GPU has fallen off the bus.',
        source: 'the closed part of the NVIDIA driver (Xid 79, NVIDIA XID errors)',
        seen: 'words as users post them',
      },
      {
        format: 'NVRM: GPU at %04x:%02x:%02x.%x has fallen off the bus.',
        source: 'the closed part of the NVIDIA driver',
        seen: 'words as users post them',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'link-down', 'aer-uncorrectable'],
  },
  {
    cause: 'nvidia-not-probed',
    title: 'another driver has the NVIDIA card',
    why: 'The NVIDIA driver was loaded and found every card taken: by vfio-pci, if it was handed over, or by nouveau.',
    fix: 'nothing, if the card is handed over; otherwise handover unbind gives it back',
    certainty: 'likely',
    messages: [
      {
        format: 'NVRM: The NVIDIA probe routine was not called for %d device(s).',
        source: 'kernel-open/nvidia/nv.c nvidia_init_module',
        seen: nvidia,
      },
    ],
  },
  {
    cause: 'amdgpu-reset-failed',
    title: 'amdgpu could not reset the card',
    why: 'Many AMD cards keep their state through a bus reset (the "reset bug"), so a second start finds them running.',
    fix: 'switch the computer off and on; shut guests down in an orderly way. handover show tells which reset methods there are',
    certainty: 'likely',
    messages: [
      {
        format: 'GPU reset(%d) failed with error %d',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c amdgpu_device_gpu_resume',
        seen: 'Linux 7.3',
      },
      {
        format: 'GPU reset(%d) failed',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c amdgpu_device_gpu_recover',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'asic reset on init failed',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c amdgpu_device_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'PSP load sos failed!',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_psp.c psp_hw_start',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'PSP firmware loading failed',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_psp.c psp_hw_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'PSP create ring failed!',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_psp.c psp_hw_start',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: "SMU: I'm not done with your previous command: ",
        source: 'drivers/gpu/drm/amd/pm/swsmu/smu_cmn.c __smu_cmn_reg_print_error',
        seen: 'Linux 6.1, 6.12',
      },
      {
        format: 'SMU is in hanged state, failed to send smu message!',
        source: 'drivers/gpu/drm/amd/pm/swsmu/smu_cmn.c smu_cmn_send_smc_msg_with_param',
        seen: 'Linux 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible'],
  },
  {
    cause: 'amdgpu-no-rom',
    title: 'amdgpu finds no video BIOS',
    why: 'It reads tables from the card’s ROM. In a guest it sees the ROM that QEMU gives it, which is empty for a card whose ROM the host could not read.',
    fix: 'give the guest a clean copy (rom: FILE); handover rom DEVICE -o FILE saves one',
    certainty: 'likely',
    messages: [
      {
        format: 'Unable to locate a BIOS ROM',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_bios.c amdgpu_get_bios_dgpu',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['rom-invalid', 'amdgpu-reset-failed', 'device-inaccessible', 'reset-failed'],
  },
  {
    cause: 'amdgpu-init-failed',
    title: 'amdgpu could not start the card',
    why: 'A part of it did not start: the card was left running by its last user, lacks its video BIOS, or a BAR has no place.',
    fix: 'see the lines before it for the part. If the card was handed over and back, switch the computer off and on',
    certainty: 'likely',
    messages: [
      {
        format: 'hw_init of IP block <%s> failed %d',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c amdgpu_device_ip_hw_init_phase1, _phase2',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'amdgpu_device_ip_init failed',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c amdgpu_device_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'gpu post error!',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_device.c amdgpu_device_init',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'amdgpu: Fatal error during GPU init',
        source: 'drivers/gpu/drm/amd/amdgpu/amdgpu_kms.c amdgpu_driver_load_kms',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: [
      'amdgpu-no-rom',
      'amdgpu-reset-failed',
      'rom-invalid',
      'device-inaccessible',
      'reset-failed',
      'bar-no-space',
    ],
  },
  {
    cause: 'nvme-down',
    title: 'the NVMe disk stopped answering',
    why: 'Its registers read all ones, or it does not become ready: asleep, reset, or in the state a guest left it in.',
    fix: 'switch the computer off and on. If it happens in use: nvme_core.default_ps_max_latency_us=0 or pcie_aspm=off show whether power saving is the reason',
    certainty: 'likely',
    messages: [
      {
        format: 'controller is down; will reset: CSTS=0x%x, PCI_STATUS=0x%hx',
        source: 'drivers/nvme/host/pci.c nvme_warn_reset',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'controller is down; will reset: CSTS=0x%x, PCI_STATUS read failed (%d)',
        source: 'drivers/nvme/host/pci.c nvme_warn_reset',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Device not ready; aborting %s, CSTS=0x%x',
        source: 'drivers/nvme/host/core.c nvme_wait_ready',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'd3-stuck', 'link-down', 'aer-uncorrectable'],
  },
  {
    cause: 'xhci-dead',
    title: 'the USB controller stopped answering',
    why: 'Its registers read all ones, or it does not obey: its power or its reset failed.',
    fix: 'switch the computer off and on; if it comes with the hand-over, look at its reset methods with handover show',
    certainty: 'likely',
    messages: [
      {
        format: 'xHCI host controller not responding, assume dead',
        source: 'drivers/usb/host/xhci-ring.c xhci_hc_died',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'Host halt failed, %d',
        source: 'drivers/usb/host/xhci.c xhci_halt',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'd3-stuck', 'link-down'],
  },
  {
    cause: 'sound-no-codec',
    title: 'the sound function of the card does not answer',
    why: 'It shares power with the picture function: asleep or handed over, no codec is found.',
    fix: 'hand both functions of the card over and back together',
    certainty: 'possible',
    messages: [
      {
        format: 'CORB reset timeout#%d, CORBRP = %d',
        args: ['=[12]'],
        source: 'sound/hda/core/controller.c azx_clear_corbrp',
        seen: 'Linux 7.3: with the number written out',
      },
      {
        format: 'no codecs initialized',
        source: 'sound/hda/common/controller.c azx_probe_codecs',
        seen: 'Linux 7.3',
      },
    ],
    follows: ['reset-failed', 'device-inaccessible', 'd3-stuck'],
  },
  {
    cause: 'module-in-use',
    title: 'the driver {what} cannot be removed: it is in use',
    why: 'A program or another driver holds it: the desktop session, the text console, a sound server, a monitor program.',
    fix: 'there is no need to remove a driver: handover bind takes the device from it and says who holds it',
    certainty: 'certain',
    messages: [
      {
        format: 'ERROR: Module %s is in use',
        args: ['what'],
        source: 'kmod tools/rmmod.c check_module_inuse, tools/modprobe.c',
        seen: 'kmod: words as users post them',
      },
      {
        format: 'FATAL: Module %s is in use.',
        args: ['what'],
        source: 'kmod tools/modprobe.c rmmod_do_module',
        seen: 'kmod: words as users post them',
      },
      {
        format: 'Module %s is in use by: %s',
        args: ['what', '*'],
        source: 'kmod tools/rmmod.c check_module_inuse',
        seen: 'kmod: words as users post them',
      },
    ],
  },
]
