import { workstationFiles } from './made-computers.js'
import { link, type Made, madeFunction, madeHost, quietHost } from './made-host.js'

type Files = Readonly<Record<string, Made>>

/** The workstation with more files, or others in place of its own. `card`: files of its video card's folder. */
export function station(files: Files = {}, card: Files = {}) {
  return madeHost({ ...workstationFiles, ...inFolder(cardFolder, card), ...files })
}

const cardFolder = '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0'

/** Intel's graphics beside the workstation's card, with its outputs. */
export const igd = (device = 0x591b, files: Files = {}): Files =>
  madeFunction('0000:00:02.0', { vendor: 0x8086, device, class: 0x030000, driver: 'i915', files })

/** A laptop: Intel's graphics with the panel, a card of NVIDIA's without outputs. */
export function laptop(files: Files = {}, card: Files = {}) {
  return madeHost({
    ...quietHost,
    '/sys/class/dmi/id/chassis_type': '10\n',
    ...igd(),
    ...connector('card0-eDP-1', '/sys/devices/pci0000:00/0000:00:02.0', 'connected', 'enabled'),
    '/sys/class/vtconsole/': '',
    ...madeFunction('0000:01:00.0', {
      above: 'pci0000:00/0000:00:01.0',
      vendor: 0x10de,
      device: 0x1c8c,
      class: 0x030200,
      group: 1,
    }),
    ...madeFunction('0000:00:01.0', { class: 0x060400, group: 1, files: { secondary_bus_number: '1\n' } }),
    ...inFolder(cardFolder, card),
    ...files,
  })
}

/** A socket of a card, at `folder` below /sys/devices; the card's DRM device with it. */
export function connector(name: string, folder: string, status: string, enabled: string): Files {
  const card = name.slice(0, name.indexOf('-'))
  const place = `${folder}/drm/${card}/${name}`
  return {
    [`/sys/class/drm/${card}`]: link(`../..${folder.slice('/sys'.length)}/drm/${card}`),
    [`/sys/class/drm/${name}`]: link(`../..${place.slice('/sys'.length)}`),
    [`${place}/status`]: `${status}\n`,
    [`${place}/enabled`]: `${enabled}\n`,
  }
}

function inFolder(folder: string, files: Files): Files {
  return Object.fromEntries(Object.entries(files).map(([name, made]) => [`${folder}/${name}`, made]))
}
