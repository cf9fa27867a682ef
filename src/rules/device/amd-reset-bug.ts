import { knownValue } from '../../machine/index.js'
import { notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { stuckFamilies } from './amd-families.js'
import { attribute } from './attribute.js'
import { idsOf, isOneOf } from './device-ids.js'

export const amdResetBug: DeviceRule = {
  id: 'amd-reset-bug',
  title: 'Is it free of the reset bug of AMD cards?',
  about: 'device',
  looksAt: ['vendor and device, in a table of families', '/sys/bus/pci/devices/*/reset_method'],
  why: 'These cards have no FLR, Linux knows that their PM reset does nothing, and a reset of the bus leaves their firmware as it is. After a machine has used one, the next start, or the return to the host, may find a card that does not answer, until the computer is restarted.',
  fix: 'Keep drivers of the host from the card: bind it to vfio-pci while booting. Shut the machine down from inside. The module vendor-reset resets most of them; it is hardly maintained, and does not build for Linux 6.12 and later as it is.',
  since: ['The RX 6000 and later are not in the table'],
  sources: [
    'gnif/vendor-reset README and src/device-db.h; its issues 35 (RX 6000), 72 (Polaris), 87 (Linux 6.12)',
    'Linux drivers/pci/quirks.c quirk_no_pm_reset',
    'Linux drivers/gpu/drm/amd/amdgpu vi.c, soc15.c, nv.c, cik.c *_need_reset_on_init, *_asic_reset_method (6.1, 6.12, 7.3)',
    'QEMU hw/vfio/pci-quirks.c vfio_setup_resetfn_quirk, vfio_radeon_reset',
  ],
  atWorst: 'warning',
  check({ device }) {
    const family = stuckFamilies.find((row) => isOneOf(device, row))
    if (family === undefined) return notHere('it is of no family that is known for it')
    const ids = seen(attribute(device, 'device'), idsOf(device))
    if (family.byQemu) return passes(`QEMU resets a ${family.name} itself`, ids)
    if (knownValue(device.resetMethods)?.includes('device_specific'))
      return passes(
        'a module gives it a reset of its own',
        seen(attribute(device, 'reset_method'), 'device_specific'),
      )
    return warning(`${family.name} cards often stay stuck after a machine has used them`, ids, {
      why: `${amdResetBug.why} Back on the host: ${family.driver}.`,
    })
  },
}
