import { type Change, readBarSize } from '../../changes/index.js'
import { parseSize, sizeText } from '../../machine/index.js'
import { type About, WishError, type Wished } from './wish.js'

/** BARs of a device in another size (Linux drivers/pci/pci-sysfs.c; `resourceN_resize` shows a bit for every size, 2^n MiB). */
export function planBarSizes(wishes: readonly string[], about: About): Wished {
  return { changes: wishes.map((wish) => planOne(wish, about)) }
}

function planOne(wish: string, { host, devices, boot }: About): Change {
  const option = `--bar-size ${wish}`
  const [, number = '', text = ''] = /^([0-5])=(\w+)$/.exec(wish) ?? []
  const bytes = parseSize(text)
  if (bytes === undefined) throw new WishError(option, 'give BAR=SIZE, as 1=16G')
  if (boot)
    throw new WishError(
      option,
      "it is for now, without --boot: for every start there is Resizable BAR in the firmware's setup",
    )
  const [f, ...others] = devices
  if (f === undefined || others.length > 0) throw new WishError(option, 'name one DEVICE, whose BAR it is')
  const { address } = f
  const path = `/sys/bus/pci/devices/${address}/resource${number}_resize`
  const read = host.readText(path)
  if (read.kind !== 'value')
    throw new WishError(
      option,
      read.kind === 'absent'
        ? `BAR ${number} of ${address} cannot be resized, or this kernel cannot (Linux 6.1 can)`
        : `cannot read ${path}`,
    )
  const offered = BigInt(`0x${read.value.trim() || '0'}`)
  const sizes = Array.from({ length: 44 }, (_, n) => n).filter((n) => (offered >> BigInt(n)) & 1n)
  const after = sizes.find((n) => 1n << BigInt(n + 20) === bytes)
  if (after === undefined)
    throw new WishError(
      option,
      `BAR ${number} of ${address} has no such size; it has ${sizes.map((n) => sizeText(1n << BigInt(n + 20))).join(', ')}`,
    )
  const bar = Number(number)
  return { kind: 'bar-size', address, bar, before: readBarSize(host, address, bar), after }
}
