import { type Examples, q } from './example.js'

export const memoryExamples: Examples = {
  memlock: {
    lines: ['vfio_pin_pages_remote: RLIMIT_MEMLOCK (8388608) exceeded'],
    nearMiss: 'RLIMIT_NOFILE (1024) exceeded',
  },
  'memory-not-pinned': {
    lines: [
      `${q}: VFIO_MAP_DMA failed: Cannot allocate memory`,
      'qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -12 (Cannot allocate memory)',
      `${q}: vfio 0000:02:00.0: vfio_container_dma_map(0x5594, 0x0, 0xa0000, 0x7f0c) = -12 (Cannot allocate memory)`,
    ],
    nearMiss: 'VFIO_UNMAP_DMA failed: Cannot allocate memory',
  },
  'address-out-of-reach': {
    lines: [
      "qemu-system-x86_64: Container 0x55d0c8a3f2a0 can't map guest IOVA region 0x380000000000..0x38000fffffff",
      'qemu-system-x86_64: VFIO_MAP_DMA failed: Invalid argument',
      'vfio_dma_map(0x557a, 0x380000000000, 0x10000000, 0x7f2b) = -22 (Invalid argument)',
    ],
    nearMiss: 'vfio_dma_unmap(0x557a, 0x380000000000, 0x10000000) = -22 (Invalid argument)',
  },
  'mapping-exists': {
    lines: ['qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -17 (File exists)'],
    nearMiss: 'mkdir: cannot create directory: File exists',
  },
  'too-many-mappings': {
    lines: ['qemu: vfio_dma_map(0x55, 0x0, 0xa0000, 0x7f) = -28 (No space left on device)'],
    nearMiss: 'write: No space left on device',
  },
  'mapping-fatal': {
    lines: ['qemu: hardware error: vfio: DMA mapping failed, unable to continue'],
    nearMiss: 'DMA mapping failed, trying again',
  },
  'host-memory': {
    lines: ["qemu-system-x86_64: cannot set up guest memory 'pc.ram': Cannot allocate memory"],
    nearMiss: 'fork: Cannot allocate memory',
  },
}
