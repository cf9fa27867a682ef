import type { Host } from '../../host/index.js'
import { beforeUdev } from './before-udev.js'
import { byHand } from './by-hand.js'
import { names } from './kernel-install.js'
import type { InitramfsMaker } from './maker.js'

/**
 * booster: its images run no scripts. They hold drivers for disks, keyboards and what else a root file system takes, so that those
 * of video cards and the like are loaded after it, by udev: what comes before udev comes early enough, and a driver that was in
 * the image is unbound.
 */
export const booster: InitramfsMaker = {
  id: 'booster',
  name: 'booster',
  source:
    'booster of 2026-07-18 (57b030b): init/main.go boost, init/module.go, generator/generator.go defaultModulesList, generator/kmod.go readModulesSoftDep, packaging/arch/regenerate_images',
  installed(host) {
    const image = images(host)[0]
    return image === undefined ? undefined : `/boot/${image}`
  },
  plan: (host, functions) => beforeUdev.plan(host, functions),
  planById: () =>
    byHand(
      'booster loads all drivers of its image at the same time, and does not read softdep lines of /etc/modprobe.d, so that by ids vfio-pci may come too late',
      'plan it without --by-id',
    ),
}

function images(host: Host): readonly string[] {
  return names(host, '/boot').filter((name) => /^booster-.*\.img$/.test(name))
}
