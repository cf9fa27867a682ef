import {
  knownValue,
  type Machine,
  type PciFunction,
  resourceFlags,
  roughSizeText,
} from '../../machine/index.js'
import { chooseFirmware } from './firmware.js'
import { type Decision, decision, type Wish } from './wish.js'

/** OVMF's own window, where it does not make one by the width of addresses (edk2 OvmfPkg/OvmfPkgX64.dsc, PcdPciMmio64Size). */
const ovmfWindowBytes = 1n << 35n
/** For what QEMU's own devices and ports take. */
const slackBytes = 1n << 30n

/** A power of two that all memory BARs of 64 bits fit into; none where OVMF's own is large enough, or where there is no UEFI. */
export function mmioWindow(machine: Machine, wish: Wish, given: readonly PciFunction[]): readonly Decision[] {
  if (chooseFirmware(machine, wish).value === 'bios') return []
  const bars = given.flatMap((f) =>
    (knownValue(f.resources) ?? [])
      .filter(({ kind, flags }) => kind === 'bar' && (flags & resourceFlags.memory64) !== 0n)
      .map((bar) => ({ f, bar })),
  )
  const need = bars.reduce((sum, { bar }) => sum + bar.sizeBytes, slackBytes)
  let window = ovmfWindowBytes
  while (window < need) window *= 2n
  if (window === ovmfWindowBytes) return []
  const bits = knownValue(machine.system.processor)?.physicalBits ?? null
  const tooWide =
    bits !== null && window * 2n > 1n << BigInt(bits)
      ? `. The processor's addresses have ${bits} bits, which may be too few`
      : ''
  const large = bars.filter(({ bar }) => bar.sizeBytes >= slackBytes)
  return [
    decision(
      'mmio-window',
      `${window >> 30n}G`,
      `The BARs take ${roughSizeText(need - slackBytes)}, and OVMF's own window may have 32 GiB only${tooWide}`,
      {
        rule: 'resizable-bar',
        evidence: large.map(({ f, bar }) => ({
          path: `/sys/bus/pci/devices/${f.address}/resource`,
          value: `BAR ${bar.index}: ${roughSizeText(bar.sizeBytes)}`,
        })),
      },
    ),
  ]
}
