import { z } from 'zod'
import { bootindex, count, error, file, flag, mac, shortOr, size, text, threads, word } from './fields.js'

const disk = z.strictObject(
  {
    file,
    format: word('raw', 'qcow2').optional(),
    bus: word('virtio', 'nvme', 'sata').optional(),
    cdrom: flag.default(false),
    readonly: flag.optional(),
    bootindex,
  },
  error('a disk with its settings, such as file: FILE'),
)

const card = z.strictObject(
  {
    kind: word('user', 'bridge'),
    // Longer names have no interface (Linux include/uapi/linux/if.h, IFNAMSIZ).
    bridge: text.regex(/^[^\s/:]{1,15}$/, error('the name of a bridge, such as br0')).optional(),
    model: word('virtio', 'e1000e').default('virtio'),
    mac: mac.optional(),
  },
  error('a network card with its settings, such as kind: user'),
)

const device = z.strictObject(
  {
    host: text.min(1, error('a device of the host, such as 01:00.0')),
    vga: flag.default(false),
    rom: z.union([file, z.literal(false)], error('the file of an option ROM, or false for none')).optional(),
    bootindex,
  },
  error('a device with its settings, such as host: 01:00.0'),
)

const processors = z.strictObject({
  count,
  threads: count.default(1),
  pin: threads.optional(),
  others: threads.optional(),
})

const ownFirmware = z.strictObject({ code: file, vars: file.optional() })

const usb = text.regex(/^[0-9a-f]{4}:[0-9a-f]{4}$/i, error('vendor:product, such as 046d:c52b'))
const evdev = text.regex(/^\/dev\/input\/./, error("one of the host's nodes in /dev/input/by-id"))

export const schema = z.strictObject(
  {
    name: text.regex(/^[A-Za-z0-9][\w.-]*$/, error('letters, digits, "-", "_" and "."')),
    os: word('linux', 'windows10', 'windows11', 'other').default('linux'),
    memory: size,
    'huge-pages': word('2M', '1G').optional(),
    // At most 2^10 (Linux arch/x86/Kconfig, NODES_SHIFT).
    'memory-node': z
      .int(error('the number of a NUMA node of the host'))
      .min(0, error('0 or more'))
      .max(1023, error('1023 or less'))
      .optional(),
    cpus: shortOr(count, processors).optional(),
    firmware: shortOr(
      z.enum(
        ['bios', 'uefi', 'secure-boot'],
        error('bios, uefi, secure-boot, or the files of a firmware: { code: FILE, vars: FILE }'),
      ),
      ownFirmware,
    ).optional(),
    tpm: flag.default(false),
    'mmio-window': size.optional(),
    hypervisor: word('shown', 'hidden').default('shown'),
    kernel: file.optional(),
    initrd: file.optional(),
    append: text.optional(),
    disks: z.array(disk, error('a list of disks')).default([]),
    network: z.array(card, error('a list of network cards')).default([]),
    graphics: word('none', 'virtio', 'std').default('none'),
    display: word('none', 'spice', 'vnc').default('none'),
    input: z.array(evdev, error("a list of the host's input devices")).default([]),
    usb: z.array(usb, error('a list of USB devices, each vendor:product')).default([]),
    // It is a BAR (QEMU hw/pci/pci.c, pci_register_bar).
    'looking-glass': size
      .refine((bytes) => Number.isInteger(Math.log2(bytes)), error('a power of two, such as 32M or 64M'))
      .optional(),
    sound: word('pipewire', 'pulseaudio').optional(),
    'guest-agent': flag.default(false),
    devices: z.array(device, error('a list of devices')).default([]),
    qemu: file.default('qemu-system-x86_64'),
    arguments: z.array(text, error('a list of arguments')).default([]),
  },
  error('settings, such as memory: 4G'),
)

export type Written = z.output<typeof schema>

/** The settings that there are under each heading. */
export const sections: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(schema.shape),
  cpus: Object.keys(processors.shape),
  firmware: Object.keys(ownFirmware.shape),
  disks: Object.keys(disk.shape),
  network: Object.keys(card.shape),
  devices: Object.keys(device.shape),
}
