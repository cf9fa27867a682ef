import { isWindows } from '../description/index.js'
import { isNetworkCard, isStorage, shortAddress, startingDisks } from './card.js'
import { type Decide, decision, type Value, type Wish } from './wish.js'

/** The disk is tried first: an empty one has nothing to start, so the installer does, and the installed system afterwards. */
export const disks: Decide = (_, wish) => {
  const { os, disks: files, isos, drivers, devices } = wish
  const before = files.length + startingDisks(wish).length
  const isVirtio = hasVirtio(wish)
  const because = isVirtio
    ? isWindows({ os })
      ? 'virtio: fast, with the driver from the CD of drivers; Windows setup: Load driver, then viostor, and NetKVM for the network'
      : null
    : isWindows({ os })
      ? 'SATA until Windows has the virtio driver (viostor, from the virtio-win ISO: --iso virtio-win.iso); then virtio, which is faster'
      : 'SATA, which every system knows'
  const hard = files.map((file, index) => ({
    value: { file, bus: isVirtio ? 'virtio' : 'sata', bootindex: index } satisfies Value,
    because: index === 0 ? because : null,
  }))
  const media = [
    ...isos.map((file, index) => ({
      value: { file, cdrom: true, bootindex: before + index } satisfies Value,
      because: index === 0 ? 'Started while the disk has no system on it' : null,
    })),
    ...(drivers === undefined || !isWindows({ os })
      ? []
      : [
          { value: { file: drivers, cdrom: true } satisfies Value, because: 'Drivers of virtio for Windows' },
        ]),
  ]
  return {
    notes:
      files.length === 0 && !devices.some(isStorage)
        ? ['the machine has no disk: --disk FILE:SIZE makes one']
        : [],
    decisions: [...hard, ...media].map(({ value, because }, index) =>
      decision(`disks.${index}`, value, because),
    ),
  }
}

/** Drivers of virtio are in Linux; for Windows they come on a CD. */
function hasVirtio({ os, drivers }: Wish): boolean {
  return os === 'linux' || (isWindows({ os }) && drivers !== undefined)
}

/** A card behind QEMU's own network, where no device brings one. */
export const network: Decide = (_, wish) => {
  const model = hasVirtio(wish) ? 'virtio' : 'e1000e'
  const own = wish.devices.find(isNetworkCard)
  if (own !== undefined)
    return {
      decisions: [
        decision(
          'network',
          null,
          `The machine has ${shortAddress(own)}. An emulated card beside it: [{ kind: user, model: ${model} }]`,
        ),
      ],
    }
  return {
    decisions: [
      decision(
        'network.0',
        { kind: 'user', model },
        `Connections out, and none in. On a bridge of the host: { kind: bridge, bridge: br0, model: ${model} }`,
      ),
    ],
  }
}

export const guestAgent: Decide = (_, { os }) => ({
  decisions:
    os === 'other'
      ? []
      : [decision('guest-agent', true, 'For qemu-guest-agent in the machine, where it is installed')],
})
