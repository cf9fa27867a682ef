import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bootDisk, type DebianDisk, debianDisk } from '../../test/support/debian-disk.js'
import { shellWords } from '../../test/support/debian-shell.js'
import { describedMachines, exampleDomain } from '../../test/support/domain-examples.js'
import { serialSector } from '../../test/support/serial-sector.js'
import type { Description } from './description/index.js'

const bootMs = 3_600_000
const folder = mkdtempSync(join(tmpdir(), 'handover-machine-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const spoken = 'read from the disk by DMA'

/** 03:00.0: a disk that a machine can start from. Its system listens to the power button. */
function bootable(): readonly string[] {
  const file = join(folder, 'sector.img')
  writeFileSync(file, Buffer.concat([serialSector(spoken), Buffer.alloc(2 ** 20 - 512)]))
  return [
    ...['-drive', `file=${file},if=none,id=n3,format=raw`],
    ...['-device', 'pcie-root-port,id=p3,chassis=3,addr=7'],
    ...['-device', 'nvme,drive=n3,serial=n3,bus=p3'],
  ]
}

/** `tell WORDS`: what they said, their status, and which driver has the disk then. `heard FILE`: waits for the console. */
const script = `
driver() { basename "$(readlink /sys/bus/pci/devices/0000:$1:00.0/driver)"; }
tell() { echo "> $*"; "$@" >/root/told 2>&1; code=$?; cat /root/told; echo "= $code $(driver 03)"; } # not to a terminal
heard() { for i in $(seq 600); do grep -q '${spoken}' $1 2>/dev/null && break; sleep 1; done; grep -o '${spoken}' $1; }
mkdir -p /etc/handover/vms
cat >/etc/handover/vms/m.yaml <<END
name: m
memory: 64M
devices: [{ host: '0000:03:00.0', bootindex: 0 }]
END
`

const alone = `
systemctl mask --runtime --now libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd.service
tell ho vm start m
systemctl show handover-m.service -p ActiveState -p KillMode
heard /run/handover/vms/m/console.log
tell ho vm status m
tell ho vm stop m
tell ho vm start m
tell systemctl stop handover-m.service
tell ho vm status m
`

const throughLibvirt = (xml: string) => `
virsh version --daemon | grep daemon
tell ho vm start m
hook=$(sed -n 's/.*handover undo //p' /root/told)
undo_hook() { ho undo $hook; } # what the hook did has numbers of its own
heard /var/log/libvirt/qemu/m-console.log
tell virsh -q domstate m
tell ho vm status m
tell ho vm list
tell ho vm stop m
tell virsh -q start m
tell ho vm status m --watch
tell ho vm attach m 02:00.0
tell ho vm status m
tell ho vm detach m 02:00.0
tell undo_hook
tell ho vm stop m --force
driver 02
tell virsh -q start m
tell virsh -q destroy m
tell undo_hook
ls /etc/libvirt/hooks/qemu.d
tell virsh -q start m
virsh dumpxml m >/root/m.xml
for one in /root/m.xml /host${xml}/*.xml; do
  virsh domxml-to-native qemu-argv $one >/root/argv 2>/root/why && echo "native: $(basename $one) $(grep -o '"vfio-pci"' /root/argv | wc -l)" || echo "refused: $(basename $one) $(cat /root/why)"
done
`

/** A command of the script: its status and the disk's driver then, and what stands in what it said or what came after it. */
type Step = readonly [command: string, end: string, ...says: readonly string[]]

function expectSteps(said: string, steps: readonly Step[]): void {
  const told = said.split(/^> /m).slice(1)
  const ends = told.map((text) => [text.split('\n')[0], /^= (.*)$/m.exec(text)?.[1]])
  expect(ends, said).toEqual(steps.map(([command, end]) => [command, end]))
  for (const [index, [, , ...words]] of steps.entries())
    for (const word of words) expect(told[index]).toContain(word)
}

/** That Debian has no swtpm and no SPICE, one node, two processors; which USB device is meant is found at a start only. */
function withoutMore({ cpus, display, memoryNode }: Description): Partial<Description> {
  return {
    tpm: undefined,
    usb: [],
    cpus: { count: cpus.count, threads: cpus.threads },
    display: display === 'spice' ? 'vnc' : display,
    memoryNode: memoryNode === undefined ? undefined : 0,
  }
}

/** Debian with systemd, and libvirt: a machine that has a disk of the host, kept by either. */
describe.runIf(process.env.HANDOVER_LAB === 'all')('a machine on Debian', () => {
  let disk: DebianDisk
  beforeAll(async () => {
    // KVM patches the kernel's scheduler for its first machine and after its last (Linux virt/kvm/kvm_main.c, kvm_create_vm,
    // preempt_notifier_inc). QEMU's emulation may run the old code on another processor for a moment, which was an oops.
    disk = { ...(await debianDisk('trixie-libvirt', folder)), more: bootable(), threads: 'single' }
  }, bootMs)
  const boot = (commands: string) => bootDisk(disk, shellWords + script + commands, bootMs)

  it('is kept by systemd', { timeout: bootMs }, async () => {
    expectSteps(await boot(alone), [
      [
        'ho vm start m',
        '0 vfio-pci',
        'By QEMU alone: libvirt does not run here',
        '0000:03:00.0: nvme -> vfio-pci',
        'by systemd, as handover-m.service.',
        `KillMode=process\nActiveState=active\n${spoken}\n`,
      ],
      ['ho vm status m', '0 vfio-pci', 'm runs\n', 'by systemd, as handover-m.service'],
      ['ho vm stop m', '0 nvme', 'Shutting down m', 'm has ended.'],
      ['ho vm start m', '0 vfio-pci'],
      ['systemctl stop handover-m.service', '0 nvme'],
      ['ho vm status m', '0 nvme', 'm does not run\n'],
    ])
  })

  it('is kept by libvirt', { timeout: bootMs }, async () => {
    for (const description of describedMachines())
      writeFileSync(
        join(folder, `${description.name}.xml`),
        exampleDomain({ ...description, ...withoutMore(description) }, { accelerator: 'tcg' }),
      )
    const said = await boot(throughLibvirt(folder))
    expectSteps(said, [
      [
        'ho vm start m',
        '0 vfio-pci',
        'Through libvirt ',
        'hook of libvirt for the domain m: set',
        'by libvirt, as the domain m.',
        spoken,
      ],
      ['virsh -q domstate m', '0 vfio-pci', 'running'],
      ['ho vm status m', '0 vfio-pci', 'm runs\n', 'by libvirt, as the domain m', 'says          running'],
      ['ho vm list', '0 vfio-pci', 'm     runs'],
      ['ho vm stop m', '0 nvme', 'Shutting down m', 'm has ended.'],
      ['virsh -q start m', '0 vfio-pci'],
      ['ho vm status m --watch', '0 vfio-pci', "of the machine's 64 MiB", '0000:03:00.0'],
      ['ho vm attach m 02:00.0', '0 vfio-pci', '0000:02:00.0: attached to m.'],
      ['ho vm status m', '0 vfio-pci', '0000:02:00.0  vfio-pci'],
      ['ho vm detach m 02:00.0', '1 vfio-pci', 'has not let go of 0000:02:00.0'],
      ['undo_hook', '5 vfio-pci', 'the domain m runs'],
      ['ho vm stop m --force', '0 nvme', 'm has ended.\n= 0 nvme\nnvme\n'],
      ['virsh -q start m', '0 vfio-pci'],
      ['virsh -q destroy m', '0 nvme'],
      ['undo_hook', '0 nvme', 'hook of libvirt for the domain m'],
      ['virsh -q start m', '1 nvme', 'Failed to start domain'],
    ])
    expect(said).not.toContain('handover-m\n')
    expect(said.match(/^native: .*$/gm)).toHaveLength(describedMachines().length + 1)
    expect(said).not.toMatch(/^refused: /m)
  })
})
