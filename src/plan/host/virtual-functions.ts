import { type Change, fileEdit, readAttribute } from '../../changes/index.js'
import { knownValue, type PciFunction } from '../../machine/index.js'
import { byHand } from '../boot/by-hand.js'
import { topologyPath } from '../boot/topology.js'
import { type About, known, WishError, type Wished, written } from './wish.js'

/**
 * Virtual functions of a card that stays with the host (Linux drivers/pci/iov.c sriov_numvfs_store: refused without a driver
 * that can, above TotalVFs, and from one number to another but by way of 0). They get no driver of the host, since
 * `sriov_drivers_autoprobe` is 0: an override, as binding to vfio-pci writes it, still gets them one (drivers/pci/pci-driver.c
 * pci_device_can_probe, 6.1 to 7.3).
 */
export function planVirtualFunctions(wish: string, about: About): Wished {
  const option = `--functions ${wish}`
  if (!/^[1-9]\d{0,4}$/.test(wish)) throw new WishError(option, 'give a number, 1 or more')
  if (about.devices.length === 0) throw new WishError(option, 'name the DEVICE that is to have them')
  const found = about.devices.map((f) => planOne(f, wish, option, about))
  return {
    changes: found.flatMap(({ changes }) => changes),
    byHand: found.flatMap(({ byHand = [] }) => byHand),
  }
}

function planOne(f: PciFunction, wish: string, option: string, about: About): Wished {
  const sriov = known(f.sriov)
  if (sriov === null) throw new WishError(option, `${f.address} makes no virtual functions`)
  if (Number(wish) > sriov.total)
    throw new WishError(option, `${f.address} makes ${sriov.total} virtual functions at most`)
  return about.boot ? planStart(f, wish, about) : { changes: planNow(f, wish, option, sriov.enabled, about) }
}

function planNow(
  { address, driver }: PciFunction,
  wish: string,
  option: string,
  enabled: number,
  { host }: About,
): readonly Change[] {
  if (enabled === Number(wish)) return []
  if (enabled > 0)
    throw new WishError(
      option,
      `${address} has ${enabled} virtual functions; take them away first (handover undo, or echo 0 > /sys/bus/pci/devices/${address}/sriov_numvfs)`,
    )
  const name = known(driver)
  if (name === null) throw new WishError(option, `${address} has no driver, which would have to make them`)
  const path = (file: string) => `/sys/bus/pci/devices/${address}/${file}`
  const ifLess = `its driver ${name} gave no more: see \`dmesg\``
  const autoprobe = path('sriov_drivers_autoprobe')
  return [
    {
      kind: 'attribute',
      title: `host drivers for virtual functions of ${address}`,
      path: autoprobe,
      before: readAttribute(host, autoprobe),
      after: '0',
      ifLess,
    },
    {
      kind: 'attribute',
      title: `virtual functions of ${address}`,
      path: path('sriov_numvfs'),
      before: '0',
      after: wish,
      ifLess,
      parent: address,
    },
  ]
}

/**
 * A rule of udev for when the card gets its driver: at `bind` (Linux drivers/base/dd.c driver_bound), or at the `add` that
 * systemd-udev-trigger.service repeats for those that got theirs in the initramfs. The card is named by its place, without bus
 * numbers, and by its ids.
 */
function planStart(f: PciFunction, wish: string, { host, machine }: About): Wished {
  const [place, vendor, device] = [topologyPath(machine, f), knownValue(f.vendor), knownValue(f.device)]
  if (place === undefined || vendor === undefined || device === undefined)
    return {
      changes: [],
      byHand: [byHand(`where ${f.address} stands is not known`, 'run this as root, on the computer itself')],
    }
  const hex = (id: number) => `0x${id.toString(16).padStart(4, '0')}`
  const [root, ...hops] = place.split('/')
  const bus = `${'?'.repeat(f.address.length - ':00:00.0'.length)}:??:`
  const card = [
    'ACTION=="add|bind"',
    'SUBSYSTEM=="pci"',
    `DEVPATH=="/devices/${root}/${hops.map((hop) => bus + hop).join('/')}"`,
    `ATTR{vendor}=="${hex(vendor)}"`,
    `ATTR{device}=="${hex(device)}"`,
    'DRIVER=="?*"',
    'ATTR{sriov_numvfs}=="0"',
  ].join(', ')
  return {
    changes: [
      {
        kind: 'configuration',
        id: `virtual-functions-${f.address}`,
        title: `${wish} virtual functions of ${f.address} at every start`,
        edits: [
          fileEdit(
            host,
            `/etc/udev/rules.d/70-handover-functions-${place.replaceAll(/[/:]/g, '-')}.rules`,
            `${written}
${card}, ATTR{sriov_drivers_autoprobe}="0"
${card}, ATTR{sriov_numvfs}="${wish}"
`,
          ),
        ],
        commands: [],
      },
    ],
  }
}
