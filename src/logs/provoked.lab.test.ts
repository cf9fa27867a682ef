import { describe, expect, it } from 'vitest'
import { handover, useLab } from '../../test/lab.js'
import { provoking } from '../../test/support/provoking.js'

const sata = '0000:00:1f.2'
const disk = '0000:01:00.0'
const edu = '0000:02:00.0'
const network = '0000:03:00.0'

describe('in the laboratory', () => {
  const lab = useLab()
  const { diagnosed, diagnosedKernel, diagnosedBoth, qemu } = provoking(lab)

  it('a device that is not bound', async () => {
    expect(await diagnosed(qemu(disk))).toMatchObject([{ cause: 'not-bound', device: disk }])
  })

  it('a group of which a sibling has a driver', async () => {
    // By hand: handover bind takes the whole group.
    const at = `/sys/bus/pci/devices/${sata}`
    await lab().succeed(
      `modprobe vfio-pci; echo vfio-pci > ${at}/driver_override; echo ${sata} > ${at}/driver/unbind; echo ${sata} > /sys/bus/pci/drivers_probe`,
    )
    try {
      expect(await diagnosed(qemu(sata))).toMatchObject([{ cause: 'group-not-viable' }])
    } finally {
      await lab().run(
        `echo > ${at}/driver_override; echo ${sata} > ${at}/driver/unbind; echo ${sata} > /sys/bus/pci/drivers_probe`,
      )
    }
  })

  it('a group that another program has open', async () => {
    await lab().succeed(`${handover} bind ${disk}`)
    try {
      expect(await diagnosed(`exec 9<>/dev/vfio/$(${groupOf(disk)}); ${qemu(disk)}`)).toMatchObject([
        { cause: 'group-busy' },
      ])
    } finally {
      await lab().run(`${handover} unbind ${disk}`)
    }
  })

  it('a limit of locked memory that is too low, told by QEMU and by the kernel', async () => {
    await lab().succeed(`${handover} bind ${disk}`)
    // Root is above the limit unless it is without this right (capabilities(7), CAP_IPC_LOCK).
    const limited = (command: string) =>
      `ulimit -l 64; setpriv --bounding-set -ipc_lock --inh-caps -ipc_lock ${command}`
    try {
      expect(await diagnosedBoth(limited(qemu(disk)))).toMatchObject([
        { cause: 'memlock', consequences: [{ cause: 'memory-not-pinned' }] },
      ])
    } finally {
      await lab().run(`${handover} unbind ${disk}`)
    }
  })

  it('an option ROM that reads all ones', async () => {
    const at = `/sys/bus/pci/devices/${network}`
    // Without decoding of memory nothing answers for the ROM.
    const read = `echo ${network} > ${at}/driver/unbind; setpci -s ${network} COMMAND=0000; echo 1 > ${at}/rom; cat ${at}/rom; echo 0 > ${at}/rom`
    try {
      expect(await diagnosedKernel(read)).toMatchObject([{ cause: 'rom-invalid', device: network }])
    } finally {
      await lab().run(`echo ${network} > /sys/bus/pci/drivers_probe`)
    }
  })

  it('a DMA to where nothing is mapped, of the edu card', async () => {
    // Its registers (QEMU docs/specs/edu.rst): 0x80 source, 0x88 destination, 0x90 count, 0x98 command: 1 starts, to the card.
    const dma = `setpci -s ${edu} COMMAND=0006
base=$(head -n 1 /sys/bus/pci/devices/${edu}/resource | cut -d ' ' -f 1)
for pair in 80:0x123000 88:0x40000 90:4 98:1; do busybox devmem $((base + 0x\${pair%%:*})) 32 \${pair##*:}; done
sleep 1`
    try {
      const found = await diagnosedKernel(dma)
      expect(found).toMatchObject([{ cause: 'dma-fault', device: edu }])
      expect(found[0]!.lines[0]!.text).toContain('fault addr 0x123000')
    } finally {
      await lab().run(`setpci -s ${edu} COMMAND=0000`)
    }
  })

  it('a program that keeps a device while it is to be taken away', async () => {
    await lab().succeed(`${handover} bind ${disk}`)
    // It opens the group, its container and the device (Linux include/uapi/linux/vfio.h), and asks for no word of such requests.
    await lab().succeed(`cat > /tmp/keep.pl <<'END'
my ($group, $device) = @ARGV;
open my $c, '+<', '/dev/vfio/vfio' or die "container: $!";
open my $g, '+<', "/dev/vfio/$group" or die "group: $!";
my $number = pack 'i', fileno $c;
my $name = "$device\\0";
ioctl $g, 0x3b68, $number or die "VFIO_GROUP_SET_CONTAINER: $!";
ioctl $c, 0x3b66, 1 or die "VFIO_SET_IOMMU: $!";
ioctl $g, 0x3b6a, $name or die "VFIO_GROUP_GET_DEVICE_FD: $!";
open my $kept, '>', '/tmp/kept';
sleep 600;
END`)
    try {
      const found = await diagnosedKernel(
        `perl /tmp/keep.pl $(${groupOf(disk)}) ${disk} & keeper=$!
for i in $(seq 30); do [ -e /tmp/kept ] && break; sleep 1; done; ls /tmp/kept
echo ${disk} > /sys/bus/pci/drivers/vfio-pci/unbind & sleep 3; kill $keeper; wait`,
      )
      expect(found).toMatchObject([{ cause: 'user-keeps-device', device: disk }])
    } finally {
      await lab().run(`${handover} unbind ${disk}; echo ${disk} > /sys/bus/pci/drivers_probe`)
    }
  })
})

const groupOf = (device: string) => `basename $(readlink /sys/bus/pci/devices/${device}/iommu_group)`
