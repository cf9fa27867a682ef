import type { Examples } from './example.js'

export const driverExamples: Examples = {
  'nvidia-in-use': {
    lines: ['NVRM: Attempting to remove device 0000:01:00.0 with non-zero usage count!'],
    nearMiss: 'Attempting to remove device 0000:01:00.0',
  },
  'nvidia-init-failed': {
    lines: ['NVRM: GPU 0000:01:00.0: RmInitAdapter failed! (0x24:0x65:1185)'],
    nearMiss: 'NVRM: GPU 0000:01:00.0: RmInitAdapter',
  },
  'nvidia-off-bus': {
    lines: [
      'NVRM: Xid (PCI:0000:01:00): 79, GPU has fallen off the bus.',
      'NVRM: GPU at 0000:01:00.0 has fallen off the bus.',
    ],
    nearMiss: 'the webcam has fallen off the bus.',
  },
  'nvidia-not-probed': {
    lines: ['NVRM: The NVIDIA probe routine was not called for 1 device(s).'],
    nearMiss: 'NVRM: loading NVIDIA UNIX x86_64 Kernel Module',
  },
  'amdgpu-reset-failed': {
    lines: [
      "amdgpu 0000:03:00.0: amdgpu: SMU: I'm not done with your previous command: SMN_C2PMSG_66:0x00000006 SMN_C2PMSG_82:0x00000000",
      'amdgpu 0000:03:00.0: amdgpu: SMU is in hanged state, failed to send smu message!',
      'amdgpu 0000:03:00.0: amdgpu: GPU reset(2) failed',
      'amdgpu 0000:03:00.0: amdgpu: asic reset on init failed',
      'amdgpu 0000:03:00.0: amdgpu: PSP load sos failed!',
    ],
    nearMiss: 'amdgpu 0000:03:00.0: amdgpu: GPU reset(2) succeeded!',
  },
  'amdgpu-no-rom': {
    lines: ['amdgpu 0000:03:00.0: amdgpu: Unable to locate a BIOS ROM'],
    nearMiss: 'amdgpu 0000:03:00.0: amdgpu: Fetched VBIOS from ROM BAR',
  },
  'amdgpu-init-failed': {
    lines: [
      '[drm:amdgpu_device_ip_init [amdgpu]] *ERROR* hw_init of IP block <psp> failed -22',
      'amdgpu 0000:03:00.0: amdgpu: amdgpu_device_ip_init failed',
      'amdgpu 0000:03:00.0: amdgpu: Fatal error during GPU init',
    ],
    nearMiss: 'amdgpu 0000:03:00.0: amdgpu: detected ip block number 3 <psp>',
  },
  'nvme-down': {
    lines: [
      'nvme nvme0: controller is down; will reset: CSTS=0xffffffff, PCI_STATUS=0xffff',
      'nvme nvme0: Device not ready; aborting initialisation, CSTS=0x0',
    ],
    nearMiss: 'nvme nvme0: 8/0/0 default/read/poll queues',
  },
  'xhci-dead': {
    lines: ['xhci_hcd 0000:3a:00.0: xHCI host controller not responding, assume dead'],
    nearMiss: 'xhci_hcd 0000:3a:00.0: xHCI Host Controller',
  },
  'sound-no-codec': {
    lines: [
      'snd_hda_intel 0000:01:00.1: CORB reset timeout#2, CORBRP = 65535',
      'snd_hda_intel 0000:01:00.1: no codecs initialized',
    ],
    nearMiss: 'snd_hda_intel 0000:01:00.1: 2 codecs initialized',
  },
  'module-in-use': {
    lines: [
      'modprobe: FATAL: Module nvidia is in use.',
      'rmmod: ERROR: Module amdgpu is in use',
      'rmmod: ERROR: Module nvidia is in use by: nvidia_modeset',
    ],
    nearMiss: 'Module nvidia is loaded',
  },
}
