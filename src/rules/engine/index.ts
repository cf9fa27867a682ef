import type { Rule } from '../rule.js'
import { driverctlOverride } from './driverctl-override.js'
import { hugePages } from './huge-pages.js'
import { kernelLockdown } from './kernel-lockdown.js'
import { kvmIgnoreMsrs } from './kvm-ignore-msrs.js'
import { kvmThere } from './kvm-there.js'
import { memoryLock } from './memory-lock.js'
import { memorySize } from './memory-size.js'
import { noIommuMode } from './no-iommu-mode.js'
import { notWsl } from './not-wsl.js'
import { numaNode } from './numa-node.js'
import { qemuAndIommufd } from './qemu-and-iommufd.js'
import { qemuInstalled } from './qemu-installed.js'
import { romFileRights } from './rom-file-rights.js'
import { splitLocks } from './split-locks.js'
import { sysfsWritable } from './sysfs-writable.js'
import { uefiFirmware } from './uefi-firmware.js'
import { virtualMachine } from './virtual-machine.js'
import { windows11Needs } from './windows-11-needs.js'
import { xenDom0 } from './xen-dom0.js'

/** What runs machines, what it may do, and what stands below. */
export const engineRules: readonly Rule[] = [
  notWsl,
  xenDom0,
  virtualMachine,
  sysfsWritable,
  qemuInstalled,
  qemuAndIommufd,
  kvmThere,
  uefiFirmware,
  windows11Needs,
  memorySize,
  memoryLock,
  hugePages,
  splitLocks,
  kvmIgnoreMsrs,
  noIommuMode,
  kernelLockdown,
  romFileRights,
  numaNode,
  driverctlOverride,
]
