import { knownValue } from '../../machine/index.js'
import { decodeRom } from '../../pci/index.js'
import { isVideoCard } from './card.js'
import type { Decide, Wish } from './wish.js'

/** Whether the option ROM from a file is one, of this card. */
export const rom: Decide = (_, { rom, devices }) => {
  if (rom === undefined) return {}
  const cards = devices.filter(isVideoCard)
  if (cards.length !== 1)
    return { problems: [`--rom is for one video card, and ${cards.length} are given to the machine`] }
  const { images } = decodeRom(rom.bytes)
  if (images.length === 0)
    return { problems: [`${rom.file} is no option ROM: there is no image in it; handover rom saves one`] }
  const [card] = cards
  const [vendor, device] = [knownValue(card!.vendor), knownValue(card!.device)]
  const isIt = images.some(
    ({ data, deviceList }) =>
      data.vendor === vendor && (data.device === device || deviceList.includes(device ?? -1)),
  )
  if (vendor !== undefined && device !== undefined && !isIt)
    return {
      problems: [`${rom.file} is not the option ROM of ${card!.address}: no image in it names its ids`],
    }
  return {}
}

/** Whether the ROM that is given has a driver for UEFI on x86-64; undefined: none is given. */
export function efiOf({ rom }: Wish): boolean | undefined {
  return rom && decodeRom(rom.bytes).images.some(({ efi }) => efi?.machine === 'x64')
}
