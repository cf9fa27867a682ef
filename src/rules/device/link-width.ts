import { knownValue, type PciFunction } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { pathOf } from './places.js'

export const linkWidth: DeviceRule = {
  id: 'link-width',
  title: 'Do its links run as wide as both their ends can?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/current_link_width and max_link_width, from the device up to its root port',
  ],
  why: 'A link that trained with fewer lanes than both its ends have is slower, and often a sign of a bad contact or riser. Its speed says nothing: cards lower that while idle.',
  fix: 'Look again while the device works: some AMD cards drop lanes to save power. Else seat it anew, and look at how the firmware setup divides the lanes of its slot.',
  sources: [
    'PCI Express Base Specification 5.0, 7.5.3.6 and 7.5.3.8: Maximum and Negotiated Link Width',
    'Linux drivers/pci/pci-sysfs.c current_link_width_show; drivers/gpu/drm/amd/pm/swsmu/smu11/navi10_ppt.c: levels with fewer lanes',
  ],
  atWorst: 'note',
  check({ machine, device }) {
    const links = linksOf(pathOf(machine, device))
    if (links.length === 0) return notHere('it has no PCI Express link')
    const narrow = links.filter(({ width, possible }) => width < possible)
    const evidence = (list: typeof links) =>
      list.map(({ lower, width, possible }) =>
        seen(attribute(lower, 'current_link_width'), `${width} of ${possible}`),
      )
    if (narrow.length === 0) return passes('its links run as wide as they can', ...evidence(links))
    return narrow.map((link) =>
      note(
        `the link of ${link.lower.address} runs at x${link.width}, and both its ends can x${link.possible}`,
        evidence([link]),
      ),
    )
  },
}

interface WiredLink {
  readonly lower: PciFunction
  readonly width: number
  readonly possible: number
}

/** A link has two ends: of the functions of a path, each lower end stands right below its upper end. Links that are down are left out. */
function linksOf(path: readonly PciFunction[]): readonly WiredLink[] {
  const links: WiredLink[] = []
  for (let i = 0; i < path.length; i++) {
    const lower = path[i]!
    const link = need(lower.link)
    if (link === null) continue
    const upper = path[i + 1]
    const above = upper && knownValue(upper.link)
    i++
    if (link.width === null || link.maxWidth === null || above?.maxWidth == null) continue
    links.push({ lower, width: link.width, possible: Math.min(link.maxWidth, above.maxWidth) })
  }
  return links
}
