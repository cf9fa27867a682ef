import { type Change, diff, fileEdit, mediatedTypesFolder, readAttribute } from '../../changes/index.js'
import { knownValue } from '../../machine/index.js'
import { byHand } from '../boot/by-hand.js'
import { type About, WishError, type Wished, type Wishes } from './wish.js'

/**
 * A part of a card that stays with the host. At every start by mdevctl, whose udev rule starts what its folder has for a card
 * once its driver offers types (mdevctl 1.4, 60-mdevctl.rules, src/mdev.rs to_json, persist_path).
 */
export function planMediatedDevice(
  { type, uuid }: NonNullable<Wishes['mediated']>,
  { host, devices, boot }: About,
): Wished {
  const option = `--mdev ${type}`
  const [f, ...others] = devices
  if (f === undefined || others.length > 0)
    throw new WishError(option, 'name one DEVICE, of which it is to be a part')
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid))
    throw new WishError(option, `${uuid} is no UUID`)
  const { address } = f
  const folder = mediatedTypesFolder(address)
  const types = host.list(folder)
  if (types.kind !== 'value')
    throw new WishError(
      option,
      types.kind === 'absent'
        ? `${address} cannot be split so: its driver (${knownValue(f.driver) ?? 'none'}) offers no mediated devices`
        : `cannot read ${folder}`,
    )
  if (!types.value.includes(type))
    throw new WishError(option, `${address} has no such type; it has ${types.value.join(', ') || 'none'}`)
  if (!boot) {
    const change: Change = { kind: 'mediated-device', address, type, uuid }
    const left = readAttribute(host, `${folder}/${type}/available_instances`)
    if (left === '0' && diff(change, host).length > 0)
      throw new WishError(option, `${address} has none of it left`)
    return { changes: [change] }
  }
  const hasTool = ['/usr/sbin/mdevctl', '/usr/bin/mdevctl'].some(
    (path) => host.readBytes(path, 1).kind === 'value',
  )
  if (!hasTool)
    return {
      changes: [],
      byHand: [byHand('mdevctl is not installed, which would make it at every start', 'install mdevctl')],
    }
  return {
    changes: [
      {
        kind: 'configuration',
        id: 'mediated-device',
        title: `mediated device ${uuid} (${type} of ${address}) at every start`,
        edits: [
          fileEdit(
            host,
            `/etc/mdevctl.d/${address}/${uuid}`,
            `${JSON.stringify({ mdev_type: type, start: 'auto', attrs: [] }, null, 2)}\n`,
          ),
        ],
        commands: [],
      },
    ],
  }
}
