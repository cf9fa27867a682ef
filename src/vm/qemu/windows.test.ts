import { expect, it } from 'vitest'
import { parseDescription } from '../description/index.js'
import { qemuArguments } from './arguments.js'

const windows = `name: windows
os: windows11
memory: 16G
huge-pages: 1G
memory-node: 0
cpus:
  count: 8
  threads: 2
  pin: 2-5,8-11
  others: 0-1,6-7
firmware: secure-boot
tpm: true
mmio-window: 64G
hypervisor: hidden
disks:
  - { file: windows.qcow2, bootindex: 1 }
  - { file: windows.iso, cdrom: true, bootindex: 0 }
  - { file: virtio-win.iso, cdrom: true }
network:
  - { kind: bridge, bridge: br0 }
display: spice
input:
  - /dev/input/by-id/usb-Example_Keyboard-event-kbd
  - /dev/input/by-id/usb-Example_Mouse-event-mouse
usb: [046d:c52b]
looking-glass: 64M
sound: pipewire
guest-agent: true
devices:
  - { host: gpu, vga: true, rom: card.rom }
  - { host: audio }
  - { host: nvme, bootindex: 2 }
`

it('gives a workstation with Windows 11 these arguments', () => {
  const argv = qemuArguments(parseDescription(windows, '/vms/windows.yaml'), {
    accelerator: 'kvm',
    folder: '/run/windows',
    addresses: ['0000:01:00.0', '0000:01:00.1', '0000:04:00.0'],
    isAmd: true,
    firmware: {
      code: '/usr/share/OVMF/OVMF_CODE_4M.ms.fd',
      codeFormat: 'raw',
      vars: '/vms/windows.vars.fd',
      varsFormat: 'raw',
      requiresSmm: true,
    },
  })
  const lines = argv.join('\n').split(/\n(?=-[a-z])/)
  expect(`${lines.map((line) => line.replace('\n', ' ')).join('\n')}\n`).toBe(`\
-name windows
-accel kvm
-cpu host,kvm=off,topoext=on,hv-relaxed=on,hv-vapic=on,hv-vpindex=on,hv-runtime=on,hv-time=on,hv-synic=on,hv-stimer=on,hv-stimer-direct=on,hv-tlbflush=on,hv-ipi=on,hv-frequencies=on,hv-vendor-id=handover
-machine q35,smm=on,memory-backend=ram
-m 16384M
-smp 8,sockets=1,cores=4,threads=2
-object memory-backend-memfd,id=ram,size=16384M,hugetlb=on,hugetlbsize=1024M,prealloc=on,host-nodes=0,policy=bind
-nodefaults
-no-user-config
-display none
-vga none
-qmp unix:/run/windows/qmp.sock,server=on,wait=off
-serial stdio
-rtc base=localtime,driftfix=slew
-global driver=cfi.pflash01,property=secure,value=on
-drive if=pflash,unit=0,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.ms.fd
-drive if=pflash,unit=1,format=raw,file=/vms/windows.vars.fd
-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=65536
-netdev bridge,id=net0,br=br0
-device virtio-net-pci,netdev=net0,mac=52:54:00:98:2f:40
-drive if=none,id=disk0,file=/vms/windows.qcow2,format=qcow2
-device virtio-blk-pci,drive=disk0,bootindex=1
-drive if=none,id=disk1,file=/vms/windows.iso,format=raw,readonly=on
-device ide-cd,drive=disk1,bus=ide.0,bootindex=0
-drive if=none,id=disk2,file=/vms/virtio-win.iso,format=raw,readonly=on
-device ide-cd,drive=disk2,bus=ide.1
-spice unix=on,addr=/run/windows/spice.sock,disable-ticketing=on
-device virtio-serial-pci
-chardev spicevmc,id=vdagent,name=vdagent
-device virtserialport,chardev=vdagent,name=com.redhat.spice.0
-chardev socket,id=agent,path=/run/windows/agent.sock,server=on,wait=off
-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0
-device qemu-xhci,id=usb
-device usb-host,bus=usb.0,vendorid=0x046d,productid=0xc52b
-object input-linux,id=input0,evdev=/dev/input/by-id/usb-Example_Keyboard-event-kbd,grab_all=on,repeat=on
-object input-linux,id=input1,evdev=/dev/input/by-id/usb-Example_Mouse-event-mouse
-audiodev pipewire,id=sound
-device ich9-intel-hda
-device hda-duplex,audiodev=sound
-object memory-backend-file,id=looking-glass,mem-path=/dev/shm/windows,size=64M,share=on
-device ivshmem-plain,memdev=looking-glass
-chardev socket,id=tpm-socket,path=/run/windows/tpm.sock
-tpmdev emulator,id=tpm,chardev=tpm-socket
-device tpm-crb,tpmdev=tpm
-device pcie-root-port,id=host0,chassis=1
-device vfio-pci,host=0000:01:00.0,bus=host0,addr=0.0,multifunction=on,x-vga=on,romfile=/vms/card.rom
-device vfio-pci,host=0000:01:00.1,bus=host0,addr=0.1
-device pcie-root-port,id=host1,chassis=2
-device vfio-pci,host=0000:04:00.0,bus=host1,addr=0.0,bootindex=2
-device pcie-root-port,id=spare0,chassis=3
-device pcie-root-port,id=spare1,chassis=4
-device pcie-root-port,id=spare2,chassis=5
-device pcie-root-port,id=spare3,chassis=6
`)
})
