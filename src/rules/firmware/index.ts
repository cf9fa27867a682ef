import type { Rule } from '../rule.js'
import { barAddresses } from './bar-addresses.js'
import { dmaWidth } from './dma-width.js'
import { interruptRemapping } from './interrupt-remapping.js'
import { iommuInUse } from './iommu-in-use.js'
import { preBootDmaProtection } from './pre-boot-dma-protection.js'
import { processorVirtualization } from './processor-virtualization.js'
import { reservedMemory } from './reserved-memory.js'
import { resizableBar } from './resizable-bar.js'

/** What the processor and the firmware must give. */
export const firmwareRules: readonly Rule[] = [
  processorVirtualization,
  iommuInUse,
  interruptRemapping,
  preBootDmaProtection,
  reservedMemory,
  dmaWidth,
  barAddresses,
  resizableBar,
]
