import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readOptional } from '../read.js'

export const vfioParametersFolder = '/sys/module/vfio_pci/parameters'

/**
 * Parameters of vfio-pci as they are (Linux drivers/vfio/pci/vfio_pci.c). Each is null where there is no such file: the
 * module is not loaded, or this kernel has no such parameter.
 */
export interface VfioParameters {
  /** Do not mask INTx at the device: its line must then be its own. */
  readonly nointxmask: Fact<boolean | null>
  /** Take devices that are known to be unsafe in untrusted hands. */
  readonly disable_denylist: Fact<boolean | null>
}

export function readVfioParameters(host: Host): VfioParameters {
  const read = (name: keyof VfioParameters) =>
    readOptional(host, `${vfioParametersFolder}/${name}`, (text) => ({ Y: true, N: false })[text.trim()])
  return {
    nointxmask: read('nointxmask'),
    disable_denylist: read('disable_denylist'),
  }
}
