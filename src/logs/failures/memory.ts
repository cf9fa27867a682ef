import type { Failure } from '../failure.js'

const pin = 'give the machine less memory, or raise memlock in /etc/security/limits.d and log in again'

/** Memory of the guest: it is pinned and mapped for the device. */
export const memoryFailures: readonly Failure[] = [
  {
    cause: 'memlock',
    title: 'the limit of locked memory (RLIMIT_MEMLOCK) is too low for the machine',
    why: 'All memory of a machine with a device is pinned, since the device may write to any of it. What is pinned counts as locked.',
    fix: `${pin}; for a service, LimitMEMLOCK=infinity in its unit; in libvirt <memtune><hard_limit>`,
    certainty: 'certain',
    messages: [
      {
        format: '%s: RLIMIT_MEMLOCK (%ld) exceeded',
        source: 'drivers/vfio/vfio_iommu_type1.c vfio_pin_pages_remote',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: '%s: Task %s (%d) RLIMIT_MEMLOCK (%ld) exceeded',
        args: ['', '*'],
        source: 'drivers/vfio/vfio_iommu_type1.c vfio_pin_page_external',
        seen: 'Linux 6.1, 6.12, 7.3',
      },
      {
        format: 'cannot limit locked memory of process %lld to %llu',
        source: 'src/util/virprocess.c virProcessSetMaxMemLock',
        seen: 'libvirt 9.0, 11.3',
      },
    ],
  },
  {
    cause: 'memory-not-pinned',
    title: 'the memory of the machine could not be pinned: RLIMIT_MEMLOCK, or the host has too little',
    why: 'All memory of a machine with a device is pinned, since the device may write to any of it.',
    fix: pin,
    certainty: 'certain',
    messages: [
      {
        format: 'VFIO_MAP_DMA failed: %s',
        args: ['=Cannot allocate memory'],
        source: 'hw/vfio/common.c vfio_dma_map; drivers/vfio/vfio_iommu_type1.c vfio_pin_pages_remote',
        seen: 'QEMU 7.2',
      },
      {
        format: 'VFIO_MAP_DMA failed',
        errno: 'Cannot allocate memory',
        source: 'hw/vfio/container-legacy.c vfio_legacy_dma_map_one; util/vfio-helpers.c',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'vfio_dma_map(%p, 0x%x, 0x%x, %p) = %d (%m)',
        args: ['', '', '', '', '=-12'],
        source: 'hw/vfio/common.c vfio_listener_region_add',
        seen: 'QEMU 7.2',
      },
      {
        format: 'vfio_container_dma_map(%p, 0x%x, 0x%x, %p) = %d (%s)',
        args: ['', '', '', '', '=-12', '*'],
        source: 'hw/vfio/listener.c vfio_container_region_add',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
    follows: ['memlock'],
  },
  {
    cause: 'address-out-of-reach',
    title: 'the machine has memory at an address that this IOMMU cannot reach',
    why: 'Many IOMMUs of desktop computers reach 39 bits (512 GiB), and firmware of the guest may put large BARs above that.',
    fix: 'narrow its addresses, for example with arguments: ["-cpu", "host,host-phys-bits-limit=39"]',
    certainty: 'likely',
    messages: [
      {
        format: 'VFIO_MAP_DMA failed: %s',
        args: ['=Invalid argument'],
        source: 'hw/vfio/common.c vfio_dma_map; drivers/vfio/vfio_iommu_type1.c vfio_dma_do_map',
        seen: 'QEMU 7.2',
      },
      {
        format: 'vfio_dma_map(%p, 0x%x, 0x%x, %p) = %d (%m)',
        args: ['', '', '', '', '=-22'],
        source: 'hw/vfio/common.c vfio_listener_region_add',
        seen: 'QEMU 7.2',
      },
      {
        format: 'vfio_container_dma_map(%p, 0x%x, 0x%x, %p) = %d (%s)',
        args: ['', '', '', '', '=-22', '*'],
        source: 'hw/vfio/listener.c vfio_container_region_add',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
      {
        format: "Container %p can't map guest IOVA region 0x%x..0x%x",
        source: 'hw/vfio/common.c vfio_listener_region_add (in 10.0: hw/vfio/spapr.c, for POWER only)',
        seen: 'QEMU 7.2, 10.0, 10.2',
      },
    ],
  },
  {
    cause: 'mapping-exists',
    title: 'a range of the machine is mapped for the device twice',
    why: 'The kernel refuses to map over a mapping. Two users share one container, or QEMU lost count.',
    fix: 'update QEMU; where a virtual IOMMU is used, give each group one of its own',
    certainty: 'possible',
    messages: [
      {
        format: 'vfio_dma_map(%p, 0x%x, 0x%x, %p) = %d (%m)',
        args: ['', '', '', '', '=-17'],
        source: 'hw/vfio/common.c vfio_listener_region_add',
        seen: 'QEMU 7.2',
      },
      {
        format: 'vfio_container_dma_map(%p, 0x%x, 0x%x, %p) = %d (%s)',
        args: ['', '', '', '', '=-17', '*'],
        source: 'hw/vfio/listener.c vfio_container_region_add',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'too-many-mappings',
    title: 'the machine needs more mappings than the kernel allows a container',
    why: 'vfio_iommu_type1 allows 65535 by default.',
    fix: 'raise block-size of virtio-mem, or dma_entry_limit of vfio_iommu_type1',
    certainty: 'certain',
    messages: [
      {
        format:
          "%s: possibly running out of DMA mappings. E.g., try increasing the 'block-size' of virtio-mem devies.",
        source: 'hw/vfio/listener.c vfio_ram_discard_register_listener',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'vfio_dma_map(%p, 0x%x, 0x%x, %p) = %d (%m)',
        args: ['', '', '', '', '=-28'],
        source: 'hw/vfio/common.c vfio_listener_region_add',
        seen: 'QEMU 7.2',
      },
      {
        format: 'vfio_container_dma_map(%p, 0x%x, 0x%x, %p) = %d (%s)',
        args: ['', '', '', '', '=-28', '*'],
        source: 'hw/vfio/listener.c vfio_container_region_add',
        seen: 'QEMU 10.0, 10.2, 11.1',
      },
    ],
  },
  {
    cause: 'mapping-fatal',
    title: 'QEMU stopped because it could not map memory for a device',
    why: 'A device must reach all memory of the machine.',
    fix: 'the message before it says why',
    certainty: 'certain',
    messages: [
      {
        format: 'vfio: DMA mapping failed, unable to continue',
        source: 'hw/vfio/listener.c vfio_container_region_add (in 7.2: hw/vfio/common.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'memory listener initialization failed: ',
        source: 'hw/vfio/listener.c vfio_listener_register (in 7.2: hw/vfio/common.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
    follows: ['memory-not-pinned', 'memlock', 'address-out-of-reach', 'mapping-exists', 'too-many-mappings'],
  },
  {
    cause: 'host-memory',
    title: 'the host has not as much memory as the machine is to have',
    why: 'QEMU could not even reserve the address space or the huge pages.',
    fix: 'give the machine less memory',
    certainty: 'certain',
    messages: [
      {
        format: "cannot set up guest memory '%s'",
        args: ['*'],
        errno: 'Cannot allocate memory',
        source: 'system/physmem.c ram_block_add (in 7.2: softmmu/physmem.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
      {
        format: 'unable to map backing store for guest RAM',
        errno: 'Cannot allocate memory',
        source: 'system/physmem.c file_ram_alloc (in 7.2: softmmu/physmem.c)',
        seen: 'QEMU 7.2, 10.0, 10.2, 11.1',
      },
    ],
  },
]
