import { describe, expect, it } from 'vitest'
import { explainWords } from './explain.js'

const q = 'qemu-system-x86_64: -device vfio-pci,host=0000:02:00.0'

/** What QEMU said, and a part of what it means. The first ones were printed by QEMU 7.2 in the laboratory. */
const transcripts: readonly (readonly [said: string, cause: string])[] = [
  [
    `${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: No such file or directory`,
    '0000:02:00.0 is not bound to vfio-pci',
  ],
  [
    `${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: Device or resource busy`,
    'another program has /dev/vfio/10 open',
  ],
  [`${q}: vfio 0000:02:00.0: failed to open /dev/vfio/10: Permission denied`, 'may not open /dev/vfio/10'],
  [
    `${q}: vfio 0000:00:1f.2: group 8 is not viable\nPlease ensure all devices within the iommu_group are bound to their vfio bus driver.`,
    'a function of IOMMU group 8 has a driver of the host',
  ],
  [
    `${q}: vfio /sys/bus/pci/devices/0000:0a:00.0: no such host device: No such file or directory`,
    'no function 0000:0a:00.0',
  ],
  [`${q}: vfio 0000:02:00.0: device is already attached`, '0000:02:00.0 is given to the machine twice'],
  [
    `${q},x-vga=on: vfio 0000:02:00.0: failed getting region info for VGA region index 8: Invalid argument\ndevice does not support requested feature x-vga`,
    'no VGA ranges',
  ],
  [`${q},romfile=/nowhere: failed to find romfile "/nowhere"`, 'the option ROM /nowhere does not exist'],
  [
    `qemu: could not open kernel file '/nowhere': No such file or directory`,
    'the kernel /nowhere cannot be opened',
  ],
  [
    `qemu-system-x86_64: -drive if=none,file=/nowhere: Could not open '/nowhere': No such file or directory`,
    '/nowhere does not exist',
  ],
  [
    `qemu-system-x86_64: -drive file=/root/a: Could not open '/root/a': Permission denied`,
    '/root/a may not be opened',
  ],
  [
    `qemu-system-x86_64: -device virtio-blk-pci,drive=d: Failed to get "write" lock\nIs another process using the image [/tmp/dd.img]?`,
    'another program uses a disk',
  ],
  [`qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory`, 'not as much memory'],
  [`${q}: vfio 0000:02:00.0: no iommu_group found: No such file or directory`, 'in no IOMMU group'],
  [
    `${q}: VFIO_MAP_DMA failed: Cannot allocate memory\nqemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -12 (Cannot allocate memory)`,
    'could not be pinned',
  ],
  [`qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -12 (Cannot allocate memory)`, 'could not be pinned'],
  [
    `qemu-system-x86_64: VFIO_MAP_DMA failed: Invalid argument\nvfio_dma_map(0x557a, 0x380000000000, 0x10000000, 0x7f2b) = -22 (Invalid argument)`,
    'cannot reach',
  ],
  [
    `${q}: vfio 0000:02:00.0: failed to setup container for group 1: Failed to set group container: Invalid argument`,
    'behind this IOMMU',
  ],
  [
    `${q}: vfio 0000:02:00.0: failed to setup container for group 1: Failed to set VFIO IOMMU type: Operation not permitted`,
    'does not remap interrupts',
  ],
  [`qemu-system-x86_64: vfio: Unable to power on device, stuck in D3`, 'does not wake from its sleep'],
  [
    `${q}: vfio 0000:02:00.0: hardware reports invalid configuration, MSIX PBA outside of specified BAR`,
    'MSI-X',
  ],
  ['Could not access KVM kernel module: No such file or directory', 'KVM cannot be used'],
]

describe('explainWords', () => {
  it.each(transcripts)('knows %j', (said, title) => {
    const explained = explainWords(`warning: something else\n${said}\n`)
    expect(explained?.title).toContain(title)
    expect(`${explained?.title}${explained?.fix}`).not.toMatch(/[{}]/)
  })

  it('says nothing of what it does not know', () => {
    expect(
      explainWords("qemu-system-x86_64: -device nosuch: 'nosuch' is not a valid device model name"),
    ).toBeUndefined()
  })
})
