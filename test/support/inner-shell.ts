import { spareMemory } from './inner-linux.js'

/** Functions of the shell for a Linux in a machine. */
export const innerShell = `
# The addresses of the functions with vendor and device $1.
at() {
  for d in /sys/bus/pci/devices/*; do
    [ "$(cat $d/vendor):$(cat $d/device)" != $1 ] || echo \${d##*/}
  done
}

# Waits for up to a minute for the file $1.
come() {
  n=0
  until [ -e $1 ] || [ $n -gt 600 ]; do sleep 0.1; n=$((n + 1)); done
}

# From now on reg, command, interrupt and dma are of QEMU's edu card $1 (QEMU docs/specs/edu.rst).
take() {
  d=/sys/bus/pci/devices/$1
  echo uio_pci_generic >$d/driver_override
  echo $1 >/sys/bus/pci/drivers_probe
  bar=$(head -n 1 $d/resource | cut -d ' ' -f 1)
  come /dev/$(ls $d/uio)
  exec 3</dev/$(ls $d/uio)
}
reg() { devmem $((bar + 0x$1)) 32 $2; }
# Writes bytes $2 at $1, a multiple of their number, of its configuration space.
config() { printf "$2" | dd of=$d/config bs=$(printf "$2" | wc -c) seek=$(($1 / $(printf "$2" | wc -c))) conv=notrunc 2>/dev/null; }
# Memory and DMA on, its pin not masked: the driver masks it when it has come.
listen() { config 4 '\\006\\000'; }
# Waits for the pin's interrupt; gives how many came so far.
interrupt() { timeout 60 dd bs=4 count=1 <&3 2>/dev/null | od -An -tu4 | tr -d ' '; }
# 64 bytes from $1 to $2; $3: 1 reads memory, 3 writes it. Ends with an interrupt.
dma() { reg 80 $1; reg 88 $2; reg 90 64; reg 98 $(($3 | 4)); }

# Interrupts by the pin, and two transfers through the card's own memory.
pin() {
  listen
  reg 60 1
  echo "edu $1: interrupt $(interrupt), status $(reg 24)"
  reg 64 1
  listen
  devmem ${spareMemory} 32 $2
  devmem ${spareMemory + 60} 32 $(($2 + 1))
  dma ${spareMemory} 0x40000 1
  echo "edu $1: interrupt $(interrupt), status $(reg 24)"
  reg 64 0x100
  listen
  dma 0x40000 ${spareMemory + 0x100} 3
  echo "edu $1: interrupt $(interrupt), moved $(devmem ${spareMemory + 0x100} 32) $(devmem ${spareMemory + 0x100 + 60} 32)"
  reg 64 0x100
}

rescheduled() { awk '/RES:/ { print $2 }' /proc/interrupts; }
# Messages straight to the kernel's handler of RESCHEDULE_VECTOR, which nobody calls where there is one processor (Linux
# arch/x86/include/asm/irq_vectors.h; the address and data of a message: Intel SDM volume 3, 11.11). The capability is at 0x40.
message() {
  echo "edu $1: MSI capability $(dd if=$d/config bs=1 skip=64 count=1 2>/dev/null | od -An -tx1 | tr -d ' '), $(rescheduled) messages"
  config 0x44 '\\000\\000\\340\\376'
  config 0x48 '\\000\\000\\000\\000'
  config 0x4c '\\375\\100'
  config 0x42 '\\201\\000'
  config 4 '\\006\\004'
  reg 60 1
  reg 64 1
  reg 60 1
  reg 64 1
  sleep 1
  echo "edu $1: $(rescheduled) messages"
}

# Reads the first MiB of the disk by DMA and writes it over the second.
disk() {
  come /dev/nvme0n1
  echo "nvme: $(dd if=/dev/nvme0n1 bs=64k count=16 iflag=direct 2>/dev/null | sha256sum | cut -c 1-64)"
  dd if=/dev/nvme0n1 of=/dev/nvme0n1 bs=64k count=16 seek=16 iflag=direct oflag=direct 2>/dev/null
  echo "nvme: $(cat /sys/class/nvme/nvme0/device/msi_irqs/* | sort -u)"
  awk '/nvme0q/ { print "nvme:", $NF, $2 }' /proc/interrupts
}

# Sends the first MiB of the disk to $1, port 5000, and says what came back.
network() {
  come /sys/class/net/eth0
  ip addr add 10.0.0.2/24 dev eth0
  ip link set eth0 up
  n=0
  until ping -c 1 -W 2 $1 >/dev/null || [ $n -gt 30 ]; do n=$((n + 1)); done
  echo "network: $(dd if=/dev/nvme0n1 bs=64k count=16 2>/dev/null | nc $1 5000 | sha256sum | cut -c 1-64)"
  echo "network: $(cat /sys/class/net/eth0/device/msi_irqs/* | sort -u)"
}
`
