import { join } from 'node:path'
import { type Accelerator, qemuEscaped, qemuOption } from '../vm/index.js'
import { LabError } from './errors.js'
import { portName } from './protocol.js'
import type { Qemu } from './qemu.js'
import { kinds, type Node, type Topology } from './topology.js'

/** Slots 0 and 1 are left to the host bridge and to what QEMU adds for an IOMMU; 0x1f is the ICH9's. */
const firstSlot = 2
const agentSlot = 0x1d
const rootSlot = 0x1e

/** Buses below a further root bus are numbered from its own number on: so many are left to each. */
const firstRootBus = 0x60
const rootBusStep = 0x28

/**
 * Old frame buffer drivers that distributions keep from loading by themselves (Debian: udev's fbdev-blacklist.conf, which the
 * laboratory's root may lack), so that the DRM driver of the same card gets it.
 */
const blacklist = 'cirrusfb'

/** A disk that a topology asks for: made as an empty sparse file where it names no image. */
export interface LabDisk {
  readonly file: string
  readonly sizeBytes: number
  readonly make: boolean
}

export interface LabArguments {
  readonly argv: readonly string[]
  readonly disks: readonly LabDisk[]
}

/** QEMU's command line for a topology. Files of this run stand in `folder`. Pure. */
export function labArguments(
  topology: Topology,
  boot: {
    readonly kernel: string
    readonly initramfs: string
    readonly accelerator: Accelerator
    readonly qemu: Qemu
    /** This QEMU's amd-iommu remaps DMA when asked (QEMU 7.2's does not at all). */
    readonly amdDmaRemap?: boolean
    /** More words for the kernel's command line. */
    readonly append?: string | undefined
  },
  folder: string,
): LabArguments {
  const disks: LabDisk[] = []
  const devices: string[] = []
  let count = 0
  let rootBuses = 0
  const wires = wiresOf(topology.devices)

  const add = (driver: string, properties: Record<string, string | undefined>) =>
    devices.push('-device', qemuOption(driver, properties))

  /** QEMU docs/system/devices/nvme.rst: a subsystem, and queues and interrupts enough for all functions. */
  const virtualFunctions = (id: string, { properties }: Node): Record<string, string> | undefined => {
    const most = Number(properties.sriov_max_vfs ?? 0)
    if (most === 0) return undefined
    devices.push('-device', `nvme-subsys,id=${id}-subsys,nqn=${id}`)
    return {
      subsys: `${id}-subsys`,
      sriov_vq_flexible: String(2 * most),
      sriov_vi_flexible: String(most),
      max_ioqpairs: String(2 * most + 2),
      msix_qsize: String(most + 2),
    }
  }

  const place = (bus: string, node: Node, slot: number, fn = 0, multifunction = false): void => {
    if (node.functions) {
      for (const [index, one] of node.functions.entries())
        place(bus, one, slot, index, node.functions.length > 1)
      return
    }
    const kind = kinds[node.kind]!
    const id = `${node.kind}${++count}`
    const at = {
      id,
      bus,
      addr: `0x${slot.toString(16)}.${fn}`,
      ...(multifunction && fn === 0 ? { multifunction: 'on' } : {}),
    }
    if (node.disk) {
      const file = node.disk.image ?? join(folder, `${id}.img`)
      disks.push({ file, sizeBytes: node.disk.sizeBytes, make: node.disk.image === undefined })
      // `snapshot`: the image itself is never written.
      devices.push('-drive', `file=${qemuEscaped(file)},format=raw,if=none,id=${id}-disk,snapshot=on`)
      const drive = `${id}-disk`
      const shared = virtualFunctions(id, node)
      add(kind.driver, {
        ...at,
        ...(shared ? {} : { drive }),
        serial: `lab-${count}`,
        ...shared,
        ...node.properties,
      })
      // A controller that belongs to a subsystem has its disk as a namespace.
      if (shared) add('nvme-ns', { drive, bus: id })
      return
    }
    if (kind.network) {
      // A hub for each wire; without one QEMU's own network, with no way out of it.
      const hub = node.wire === undefined ? undefined : wires.indexOf(node.wire)
      devices.push(
        '-netdev',
        hub === undefined ? `user,id=${id}-net,restrict=on` : `hubport,id=${id}-net,hubid=${hub}`,
      )
      add(kind.driver, { ...at, netdev: `${id}-net`, ...node.properties })
    } else if (kind.bridge === 'root-port') {
      add(kind.driver, {
        ...at,
        ...slotNumber(count),
        ...(node.acs ? {} : { 'disable-acs': 'on' }),
        ...node.properties,
      })
    } else if (kind.bridge === 'root-bus') {
      const number = firstRootBus + rootBusStep * rootBuses++
      if (number > 0xff) throw new LabError('no room for a further root bus')
      add(kind.driver, { ...at, bus_nr: String(number), ...node.properties })
    } else {
      add(kind.driver, { ...at, ...node.properties })
    }
    node.devices.forEach((child, index) => {
      if (kind.bridge === 'switch') {
        const port = `${id}-port${index}`
        add('xio3130-downstream', {
          id: port,
          bus: id,
          addr: `0x${index.toString(16)}.0`,
          ...slotNumber(++count),
        })
        place(port, child, 0)
      } else {
        // A conventional bus begins at slot 1: slot 0 is the bridge's own hot-plug controller. A root bus has a slot for each.
        place(id, child, kind.bridge === 'conventional' ? index + 1 : kind.bridge === 'root-bus' ? index : 0)
      }
    })
  }

  topology.devices.forEach((node, index) => {
    const slot = firstSlot + index
    if (slot >= agentSlot)
      throw new LabError(
        `the root bus has room for ${agentSlot - firstSlot} devices, not ${topology.devices.length}`,
      )
    place('pcie.0', node, slot)
  })

  const argv = [
    ...boot.qemu.command,
    ...(boot.accelerator === 'kvm'
      ? ['-accel', 'kvm', '-cpu', 'host']
      : ['-accel', 'tcg,thread=multi', '-cpu', 'max']),
    '-machine',
    'q35,kernel-irqchip=split',
    '-smp',
    String(topology.cpus),
    '-m',
    `${topology.memoryBytes / 1024 ** 2}M`,
    '-nodefaults',
    '-no-user-config',
    '-no-reboot',
    '-vga',
    'none',
    '-display',
    'none',
    '-serial',
    `file:${join(folder, 'serial.log')}`,
    '-qmp',
    `unix:${join(folder, 'qmp.sock')},server=on,wait=off`,
    ...iommu[topology.iommu].arguments.map((one) =>
      boot.amdDmaRemap ? one.replace(/^amd-iommu,/, '$&dma-remap=on,') : one,
    ),
    ...devices,
    '-device',
    `virtio-serial-pci,id=agent-bus,bus=pcie.0,addr=0x${agentSlot.toString(16)}`,
    '-chardev',
    `socket,id=agent,path=${qemuEscaped(join(folder, 'agent.sock'))},server=on,wait=off`,
    '-device',
    `virtserialport,bus=agent-bus.0,chardev=agent,name=${portName}`,
    '-fsdev',
    'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap',
    '-device',
    `virtio-9p-pci,fsdev=root,mount_tag=handover-root,bus=pcie.0,addr=0x${rootSlot.toString(16)}`,
    '-kernel',
    boot.kernel,
    '-initrd',
    boot.initramfs,
    '-append',
    [
      // no_timer_check: on a busy host an emulated timer can be too late for the kernel's test of it, which then panics
      // (Linux arch/x86/kernel/apic/io_apic.c, check_timer).
      `console=ttyS0 panic=-1 quiet no_timer_check modprobe.blacklist=${blacklist}`,
      iommu[topology.iommu].append,
      boot.append,
      topology.append,
    ]
      .filter(Boolean)
      .join(' '),
  ]
  return { argv, disks }
}

/** `intremap` and `caching-mode`: QEMU docs, hw/i386/intel_iommu.c; without them assigned devices have no MSI and no DMA. */
const iommu: Record<Topology['iommu'], { arguments: readonly string[]; append: string }> = {
  intel: { arguments: ['-device', 'intel-iommu,intremap=on,caching-mode=on'], append: 'intel_iommu=on' },
  amd: { arguments: ['-device', 'amd-iommu,intremap=on'], append: '' },
  virtio: { arguments: ['-device', 'virtio-iommu-pci,bus=pcie.0,addr=0x1.0'], append: '' },
  none: { arguments: [], append: '' },
}

/** The two together name a slot; a chassis has 8 bits, a slot 16 (QEMU hw/pci/pcie_port.c pcie_chassis_add_slot). */
function slotNumber(count: number): { readonly chassis: string; readonly slot: string } {
  return { chassis: String(((count - 1) % 255) + 1), slot: String(count) }
}

/** Each wire once. */
function wiresOf(nodes: readonly Node[]): string[] {
  const all = nodes.flatMap((node) => [
    ...(node.wire === undefined ? [] : [node.wire]),
    ...wiresOf([...node.devices, ...(node.functions ?? [])]),
  ])
  return [...new Set(all)]
}
