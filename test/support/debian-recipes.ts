/** How a disk of test/support/debian-disk.ts is made. */
export interface Recipe {
  readonly suite: 'bookworm' | 'trixie'
  readonly firmware: 'bios' | 'efi'
  /** Beside those that every disk has. */
  readonly packages: readonly string[]
  readonly files: Readonly<Record<string, string>>
  /** Features of ext4 that the boot loader cannot read, for mke2fs -O. */
  readonly without?: string
  /** Shell, run as root in the new system, which was started without a boot loader. */
  readonly install: string
}

// Debian's kernel uses VT-d unasked: on all of these somebody has switched it off. On a busy host the kernel's test of its timer
// fails under emulation, and a panic should end the computer.
export const kernelWords = 'console=ttyS0 intel_iommu=off no_timer_check panic=-1'
/** The IOMMU as somebody has set it up. */
const withIommu = kernelWords.replace('intel_iommu=off', 'intel_iommu=on')
const line = `root=LABEL=root ro quiet ${kernelWords}`

/** Small images: making them takes most of the time under software emulation. */
const smallImages = { '/etc/initramfs-tools/conf.d/lab': 'MODULES=dep\n' }

const dracutFiles = {
  '/etc/dracut.conf.d/lab.conf':
    'hostonly="yes"\nomit_dracutmodules+=" bluetooth crypt dm lvm mdraid multipath nfs network plymouth i18n "\n',
}

const grubFiles = {
  ...smallImages,
  '/etc/default/grub': `GRUB_DEFAULT=0
GRUB_TIMEOUT=0
GRUB_DISTRIBUTOR=Debian
GRUB_CMDLINE_LINUX_DEFAULT="quiet"
GRUB_CMDLINE_LINUX="${kernelWords}"
GRUB_TERMINAL=serial
GRUB_SERIAL_COMMAND="serial --unit=0"
GRUB_DISABLE_OS_PROBER=true
`,
}

/** The EFI system partition, as Debian's installer mounts it. */
const systemPartition = `mkfs.vfat -n ESP /dev/vda1
mkdir -p /boot/efi
echo 'LABEL=ESP /boot/efi vfat umask=0077 0 1' >>/etc/fstab
udevadm settle || true
mount /boot/efi
`

const grubBios = (suite: Recipe['suite']): Recipe => ({
  suite,
  firmware: 'bios',
  packages: ['grub-pc', 'initramfs-tools'],
  files: grubFiles,
  install: 'grub-install /dev/vda\nupdate-initramfs -u -k all\nupdate-grub\n',
})

const grubEfi = (suite: Recipe['suite']): Recipe => ({
  suite,
  firmware: 'efi',
  packages: ['grub-efi-amd64', 'dosfstools', 'initramfs-tools'],
  files: grubFiles,
  install: `${systemPartition}grub-install --target=x86_64-efi\nupdate-initramfs -u -k all\nupdate-grub\n`,
})

export const recipes = {
  'bookworm-grub-bios': grubBios('bookworm'),
  'bookworm-grub-efi': grubEfi('bookworm'),
  'trixie-grub-bios': grubBios('trixie'),
  'trixie-grub-efi': grubEfi('trixie'),
  // Machines run on it, through libvirt and without.
  'trixie-libvirt': {
    ...grubBios('trixie'),
    packages: ['grub-pc', 'initramfs-tools', 'qemu-system-x86', 'libvirt-daemon-system', 'libvirt-clients'],
    files: {
      ...grubFiles,
      '/etc/default/grub': grubFiles['/etc/default/grub'].replace(kernelWords, withIommu),
    },
  },
  'trixie-systemd-boot': {
    suite: 'trixie',
    firmware: 'efi',
    packages: ['systemd-boot', 'dosfstools', 'initramfs-tools'],
    files: { ...smallImages, '/etc/kernel/cmdline': `${line}\n` },
    install: `${systemPartition}bootctl install --make-machine-id-directory=yes
update-initramfs -u -k all
bootctl status --no-pager || true
`,
  },
  'trixie-uki-dracut': {
    suite: 'trixie',
    firmware: 'efi',
    packages: ['systemd-boot', 'systemd-boot-efi', 'systemd-ukify', 'dosfstools', 'dracut'],
    files: {
      '/etc/kernel/cmdline': `${line}\n`,
      // The initramfs is the one in /boot, which dracut makes for Debian; not one more of kernel-install's own.
      '/etc/kernel/install.conf': 'layout=uki\nuki_generator=ukify\ninitrd_generator=none\n',
      ...dracutFiles,
    },
    install: `${systemPartition}bootctl install
v=$(ls /lib/modules)
dracut --force /boot/initrd.img-$v $v
kernel-install add $v /boot/vmlinuz-$v
ls -R /boot
`,
  },
  'trixie-refind': {
    suite: 'trixie',
    firmware: 'efi',
    packages: ['refind', 'efibootmgr', 'dosfstools', 'initramfs-tools'],
    files: {
      ...smallImages,
      '/boot/refind_linux.conf': `"Boot with standard options" "${line}"\n"Boot to single-user mode" "${line} single"\n`,
    },
    install: `${systemPartition}refind-install
sed -i 's/^timeout .*/timeout 1/' /boot/efi/EFI/refind/refind.conf
update-initramfs -u -k all
efibootmgr
`,
  },
  'trixie-extlinux-dracut': {
    suite: 'trixie',
    firmware: 'bios',
    packages: ['extlinux', 'dracut'],
    files: dracutFiles,
    without: '^64bit,^metadata_csum',
    install: `v=$(ls /lib/modules)
mkdir -p /boot/extlinux
cat >/boot/extlinux/extlinux.conf <<END
# written by hand, as Debian's extlinux makes none
DEFAULT linux
TIMEOUT 10
LABEL linux
  MENU LABEL Debian
  KERNEL /boot/vmlinuz-$v
  INITRD /boot/initrd.img-$v
  APPEND ${line}
END
extlinux --install /boot/extlinux
dd if=/usr/lib/EXTLINUX/mbr.bin of=/dev/vda conv=notrunc
dracut --force /boot/initrd.img-$v $v
`,
  },
} satisfies Readonly<Record<string, Recipe>>
