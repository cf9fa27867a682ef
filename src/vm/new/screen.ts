import {
  type InputDevice,
  inputDevicesPath,
  inputLinksFolder,
  knownValue,
  type Machine,
  runFolder,
} from '../../machine/index.js'
import { isWindows } from '../description/index.js'
import { givesPicture, isUsbController, isVideoCard, shortAddress } from './card.js'
import { type Decide, type Decision, decision, type Part } from './wish.js'

/** Without SPICE since RHEL 9 (Red Hat, Considerations in adopting RHEL 9, Changes to SPICE; bug 2030592). */
const redHatQemu = '/usr/libexec/qemu-kvm'

/** Where the machine's picture is seen. */
export const screen: Decide = ({ system }, wish) => {
  const { lookingGlass, os, devices } = wish
  const card = devices.find(isVideoCard)
  if (lookingGlass !== undefined) {
    if (card === undefined)
      return {
        problems: ['Looking Glass shows what a video card draws: give the machine one (--device gpu)'],
      }
    if (!isWindows({ os }))
      return { problems: [`Looking Glass takes its picture from Windows, and this is for ${os}`] }
    return {
      decisions: [
        ...show(
          'std',
          'spice',
          'Until Looking Glass runs in Windows; its client brings keyboard and mouse by SPICE',
        ),
        decision(
          'looking-glass',
          `${lookingGlassMebibytes(lookingGlass)}M`,
          `For ${lookingGlass.width}x${lookingGlass.height}: two frames and 10 MiB, up to the next power of two. The card draws only while a display, or a plug that passes for one, is connected to it`,
        ),
      ],
    }
  }
  if (givesPicture(wish))
    return { decisions: show('none', 'none', 'The card has outputs: its display shows the machine') }
  const isRedHat = knownValue(system.qemu)?.path === redHatQemu
  const [display, viewer] = isRedHat
    ? ['vnc', "vncviewer: Red Hat's QEMU has no SPICE"]
    : ['spice', 'remote-viewer']
  const because =
    card === undefined
      ? 'No video card is given to it: an emulated one'
      : `No display can be plugged into ${shortAddress(card)}: an emulated card beside it`
  return { decisions: show('virtio', display, `${because}, shown in a window (${viewer})`) }
}

function show(graphics: string, display: string, because: string): readonly Decision[] {
  return [decision('graphics', graphics, because), decision('display', display)]
}

/**
 * `width * height * 4 * 2` bytes and 10 MiB, rounded up to a power of two (Looking Glass B7 doc/install_libvirt.rst,
 * Determining memory), for 32 bits per pixel. That a display must be connected: doc/requirements.rst, Connected Display.
 */
export function lookingGlassMebibytes({ width, height }: { width: number; height: number }): number {
  return 2 ** Math.ceil(Math.log2((width * height * 4 * 2) / 1024 ** 2 + 10))
}

/** Keyboard and mouse of the host, where no window brings them. */
export const input: Decide = (machine, wish) => {
  const { devices, input: asked } = wish
  if (asked === 'none') return {}
  const needsNone = asked === undefined && (!givesPicture(wish) || wish.lookingGlass !== undefined)
  if (needsNone) return {}
  const controller = devices.find(isUsbController)
  if (asked === undefined && controller !== undefined)
    return {
      decisions: [
        decision(
          'input',
          null,
          `What is plugged into ${shortAddress(controller)} is the machine's: keyboard and mouse go there`,
        ),
      ],
    }
  return asked === 'usb' ? byUsb(machine) : byEvdev(machine)
}

function byEvdev({ system }: Machine): Part {
  const devices = knownValue(system.inputDevices)
  const links = system.inputLinks
  if (devices === undefined || 'unknown' in links) {
    const why = 'unknown' in links ? links : (system.inputDevices as { unknown: string; path: string })
    return {
      decisions: [
        decision(
          'input',
          null,
          `Which keyboard and mouse the host has is not known (${why.unknown}: ${why.path})`,
        ),
      ],
      notes: [
        'name the keyboard and the mouse in input: nodes of /dev/input/by-id that end in -event-kbd and -event-mouse',
      ],
    }
  }
  const named = chosen(devices).flatMap((one) => {
    const link = one.event === null ? undefined : links.value.get(one.event)
    return link === undefined ? [] : [{ one, link }]
  })
  if (named.length === 0)
    return {
      decisions: [
        decision('input', null, 'The host has no keyboard or mouse with a name that stays', {
          evidence: [{ path: inputLinksFolder, value: 'none of them' }],
        }),
      ],
      notes: ['the machine has no keyboard and no mouse: plug some in, and name them in input or usb'],
    }
  return {
    decisions: named.map(({ one, link }, index) =>
      decision(
        `input.${index}`,
        link,
        `${one.name}${index === 0 ? '. Both Ctrl keys together give it to the machine and back to the host' : ''}`,
        { evidence: [{ path: inputDevicesPath, value: `${one.name}: ${one.event}` }] },
      ),
    ),
  }
}

function byUsb({ system }: Machine): Part {
  const devices = system.inputDevices
  if ('unknown' in devices)
    return {
      problems: [
        `which USB keyboard and mouse the host has is not known (${devices.unknown}: ${devices.path})`,
      ],
    }
  const named = chosen(devices.value.filter(({ usb }) => usb !== null))
  if (named.length === 0)
    return { problems: ['the host has no keyboard and no mouse on USB: leave --input usb out'] }
  const ids = [...new Map(named.map((one) => [one.usb!, one])).values()]
  return {
    decisions: ids.map((one, index) =>
      decision(
        `usb.${index}`,
        one.usb!,
        `${one.name}${index === 0 ? '. The host is without it while the machine runs' : ''}`,
        { evidence: [{ path: inputDevicesPath, value: `${one.name}: ${one.usb}` }] },
      ),
    ),
  }
}

/** The first keyboard and the first pointer. */
function chosen(devices: readonly InputDevice[]): readonly InputDevice[] {
  const keyboard = devices.find(({ isKeyboard }) => isKeyboard)
  const pointer = devices.find(({ isPointer }) => isPointer)
  return [...new Set([keyboard, pointer])].filter((one) => one !== undefined)
}

/** The machine's sound, to the sound server of who is logged in. */
export const sound: Decide = ({ system }) => {
  const servers = system.soundServers
  if ('unknown' in servers)
    return {
      decisions: [
        decision(
          'sound',
          null,
          `Whether the host has a sound server is not known (${servers.unknown}: ${servers.path})`,
        ),
      ],
    }
  const qemu = knownValue(system.qemu)
  const knowsPipewire = qemu != null && (qemu.major > 8 || (qemu.major === 8 && qemu.minor >= 1))
  const pipewire = servers.value.find(({ kind }) => kind === 'pipewire')
  const pulse = servers.value.find(({ kind }) => kind === 'pulseaudio')
  const server = knowsPipewire ? (pipewire ?? pulse) : pulse
  if (server === undefined)
    return {
      decisions: [
        decision(
          'sound',
          null,
          pipewire === undefined
            ? 'Nobody is logged in with a sound server'
            : 'PipeWire runs, which QEMU knows from 8.1 on; install pipewire-pulse for older ones',
          {
            evidence: [{ path: pipewire?.path ?? runFolder, value: pipewire ? 'there' : 'no sound server' }],
          },
        ),
      ],
    }
  const because =
    server === pulse && pipewire !== undefined
      ? "QEMU knows PipeWire from 8.1 on; this is PipeWire's place for older programs"
      : null
  return {
    decisions: [
      decision('sound', server.kind, because ?? `The sound server of user ${server.user}`, {
        evidence: [{ path: server.path, value: 'there' }],
      }),
    ],
  }
}
