import { describe, expect, it } from 'vitest'
import { readDomain } from './read-domain.js'

/** As libvirt 9.0 printed a domain of `domainXml`, without what is not read. */
const printed = `<domain type='qemu'>
  <name>m</name>
  <uuid>75b8785d-786c-8da1-b9b8-120f27fab8f1</uuid>
  <description>Written by handover from /vms/&quot;m&quot; &amp; &lt;co&gt;.yaml, anew at each vm start.</description>
  <metadata>
    <handover:machine xmlns:handover="urn:handover:machine:1" file="/vms/&quot;m&quot; &amp; &lt;co&gt;.yaml"/>
  </metadata>
  <memory unit='KiB'>65536</memory>
  <currentMemory unit='KiB'>65536</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <devices>
    <disk type='file' device='disk'>
      <driver name='qemu' type='raw'/>
      <source file='/vms/a &amp; &apos;b&apos;.img'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x00' slot='0x02' function='0x0'/>
    </disk>
    <disk type='block' device='disk'>
      <driver name='qemu' type='raw'/>
      <source dev='/dev/sdz' index='1'/>
      <target dev='vdb' bus='virtio'/>
      <readonly/>
    </disk>
    <channel type='unix'>
      <target type='virtio' name='org.qemu.guest_agent.0'/>
    </channel>
    <hostdev mode='subsystem' type='usb' managed='no'>
      <source startupPolicy='optional'>
        <vendor id='0x046d'/>
        <product id='0xc52b'/>
        <address bus='1' device='2'/>
      </source>
    </hostdev>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
      </source>
      <boot order='3'/>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0' multifunction='on'/>
    </hostdev>
    <hostdev mode='subsystem' type='pci' managed='no'>
      <driver name='vfio'/>
      <source>
        <address domain='0x0001' bus='0x0a' slot='0x1f' function='0x7'/>
      </source>
      <address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x1'/>
    </hostdev>
  </devices>
</domain>
`

const facts = {
  name: 'm',
  file: '/vms/"m" & <co>.yaml',
  runs: false,
  kvm: false,
  memoryBytes: 64 * 1024 ** 2,
  cpus: 2,
  addresses: ['0000:01:00.0', '0001:0a:1f.7'],
  disks: [
    { file: "/vms/a & 'b'.img", readonly: false },
    { file: '/dev/sdz', readonly: true },
  ],
  agent: false,
}

describe('readDomain', () => {
  it('reads one that was shut off', () => {
    expect(readDomain(printed)).toEqual(facts)
  })

  it.each([
    ['runs', "<domain type='qemu'>", "<domain type='qemu' id='7'>", { runs: true }],
    ['is for KVM', "<domain type='qemu'>", "<domain type='kvm'>", { kvm: true }],
    ['has an agent', "agent.0'/>", "agent.0' state='connected'/>", { agent: true }],
    ['waits for one', "agent.0'/>", "agent.0' state='disconnected'/>", { agent: false }],
    ['has no channel', 'org.qemu.guest_agent.0', 'com.redhat.spice.0', { agent: null }],
    ['is of somebody else', 'urn:handover', 'urn:other', { file: null }],
    ['has an empty drive', "<source dev='/dev/sdz' index='1'/>", '', { disks: facts.disks.slice(0, 1) }],
  ])('sees that it %s', (_, from, to, more) => {
    expect(readDomain(printed.replace(from, to))).toEqual({ ...facts, ...more })
  })
})
