import type { Made } from './made-host.js'

const loaderGuid = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'
const globalGuid = '8be4df61-93ca-11d2-aa0d-00e098032b8c'
const folder = '/sys/firmware/efi/efivars'

/** As efivarfs shows it: attributes, then what is in it. */
function variable(bytes: Uint8Array): Uint8Array {
  return new Uint8Array([6, 0, 0, 0, ...bytes])
}

export function utf16(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(`${text}\0`, 'utf16le'))
}

/** Variables that boot loaders set, by name: `LoaderInfo`. */
export function loaderVariables(texts: Readonly<Record<string, string>>): Record<string, Made> {
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [`${folder}/${name}-${loaderGuid}`, variable(utf16(text))]),
  )
}

/** The firmware's own entry that was started: a partition, then a file on it. */
export function bootEntry(path: string): Record<string, Made> {
  const file = utf16(path)
  const disk = [0x04, 0x01, 42, 0, ...new Array<number>(38).fill(0)]
  const list = [
    ...disk,
    0x04,
    0x04,
    (file.length + 4) & 0xff,
    (file.length + 4) >> 8,
    ...file,
    0x7f,
    0xff,
    4,
    0,
  ]
  const option = [1, 0, 0, 0, list.length & 0xff, list.length >> 8, ...utf16('an entry'), ...list, 1, 2, 3]
  return {
    [`${folder}/BootCurrent-${globalGuid}`]: variable(new Uint8Array([0x0a, 0x00])),
    [`${folder}/Boot000A-${globalGuid}`]: variable(new Uint8Array(option)),
  }
}

const cmdline = (text: string) => ({ '/proc/cmdline': `${text}\n` })
const grubCmdline = cmdline('BOOT_IMAGE=/boot/vmlinuz-6.12 root=UUID=0a1b ro quiet')
const systemdBoot = {
  ...cmdline('initrd=\\EFI\\initrd.img root=UUID=0a1b ro quiet'),
  ...loaderVariables({ LoaderInfo: 'systemd-boot 257.9-1', LoaderEntrySelected: 'current.conf' }),
}

/** As grub-mkconfig 2.12 makes it of a kernel (util/grub.d/10_linux.in, 41_custom.in), with recovery switched off. */
export const grubMenu = `set default="0"
### BEGIN /etc/grub.d/10_linux ###
menuentry 'Arch Linux' --class arch --class gnu-linux $menuentry_id_option 'gnulinux-simple-0a1b' {
	load_video
	set gfxpayload=keep
	insmod ext2
	search --no-floppy --fs-uuid --set=root 0a1b
	echo	'Loading Linux linux ...'
	linux	/boot/vmlinuz-linux root=UUID=0a1b rw  loglevel=3 quiet
	initrd	/boot/initramfs-linux.img
}
submenu 'Advanced options for Arch Linux' $menuentry_id_option 'gnulinux-advanced-0a1b' {
	menuentry 'Arch Linux, with Linux linux' {
		linux	/boot/vmlinuz-linux root=UUID=0a1b rw  loglevel=3 quiet
	}
}
### BEGIN /etc/grub.d/41_custom ###
if [ -f  \${config_directory}/custom.cfg ]; then
  source \${config_directory}/custom.cfg
fi
`

/** Of GRUB 2.12 util/grub-mkconfig.in. */
const mkconfig = 'if test -f $sysconfdir/default/grub ; then\n  . $sysconfdir/default/grub\nfi\n'

export const machineId = '0123456789abcdef0123456789abcdef'
/** An entry as kernel-install of Fedora makes it (UAPI.1; grubby-bls mkbls). */
export const blsEntry = (version: string, options = 'root=UUID=0a1b ro rhgb quiet $tuned_params') =>
  `title Fedora Linux (${version}) 43 (Workstation Edition)
version ${version}
# somebody's note
linux /vmlinuz-${version}
initrd /initramfs-${version}.img $tuned_initrd
options ${options}
grub_users $grub_users
grub_class fedora
`

/** A checksum's place in Limine's program, where none is enrolled (Limine 8.2 common/lib/config.c). */
export const limineProgram = `MZ...++CONFIG_B2SUM_SIGNATURE++${'0'.repeat(128)}\0...`

export const kernelstubSettings = `${JSON.stringify(
  {
    default: { kernel_options: ['quiet', 'splash'], esp_path: '/boot/efi', config_rev: 3 },
    user: {
      kernel_options: ['quiet', 'loglevel=0', 'splash'],
      esp_path: '/boot/efi',
      setup_loader: true,
      manage_mode: true,
      force_update: false,
      live_mode: false,
      config_rev: 3,
    },
  },
  null,
  2,
)}`

/** By id of the row: a computer that was started with it, as its documents have it, and nothing but it. */
export const madeLoaders: Readonly<Record<string, Readonly<Record<string, Made>>>> = {
  nixos: { '/etc/NIXOS': '', '/etc/default/grub': '', ...grubCmdline },
  'rpm-ostree': {
    '/run/ostree-booted': '',
    '/usr/bin/rpm-ostree': new Uint8Array([0x7f, 0x45]),
    '/etc/default/grub': 'GRUB_TIMEOUT=1\n',
    '/boot/grub2/grub.cfg': 'blscfg\n',
    '/boot/loader/entries/ostree-1.conf':
      'title Bazzite 1\noptions root=UUID=0a1b rw ostree=/ostree/boot.1/1\n',
    '/boot/loader/entries/ostree-2.conf':
      'title Bazzite 2\noptions root=UUID=0a1b rw ostree=/ostree/boot.1/0\n',
    ...cmdline('BOOT_IMAGE=(hd0,gpt2)/ostree/default-1/vmlinuz-6.17 root=UUID=0a1b rw'),
  },
  proxmox: {
    '/etc/kernel/proxmox-boot-uuids': 'ABCD-1234\nABCD-1235\n',
    '/etc/kernel/cmdline': 'root=ZFS=rpool/ROOT/pve-1 boot=zfs\n',
    '/etc/default/grub': 'GRUB_DISABLE_RECOVERY="true"\n',
    '/usr/sbin/grub-mkconfig': 'for x in $sysconfdir/default/grub.d/*.cfg ; do\n',
    '/boot/grub/grub.cfg': 'menuentry\n',
    ...systemdBoot,
  },
  kernelstub: {
    '/etc/kernelstub/configuration': kernelstubSettings,
    '/boot/efi/loader/entries/Pop_OS-current.conf': `title Pop!_OS
linux /EFI/Pop_OS-0a1b/vmlinuz.efi
initrd /EFI/Pop_OS-0a1b/initrd.img
options root=UUID=0a1b ro quiet loglevel=0 splash
`,
    ...systemdBoot,
  },
  'grub-bls': {
    '/boot/grub2/grub.cfg': 'insmod blscfg\nblscfg\n',
    '/etc/default/grub': 'GRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX="rhgb quiet"\nGRUB_ENABLE_BLSCFG=true\n',
    '/etc/kernel/cmdline': 'root=UUID=0a1b ro rhgb quiet \n',
    [`/boot/loader/entries/${machineId}-0-rescue.conf`]: blsEntry('0-rescue', 'root=UUID=0a1b ro'),
    [`/boot/loader/entries/${machineId}-6.17.7-300.fc43.x86_64.conf`]: blsEntry('6.17.7-300.fc43.x86_64'),
    [`/boot/loader/entries/${machineId}-6.17.8-300.fc43.x86_64.conf`]: blsEntry('6.17.8-300.fc43.x86_64'),
    ...cmdline('BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.17.8-300.fc43.x86_64 root=UUID=0a1b ro rhgb quiet'),
  },
  grub: {
    '/etc/default/grub':
      '# GRUB boot loader configuration\n\nGRUB_TIMEOUT=5\nGRUB_CMDLINE_LINUX_DEFAULT="loglevel=3 quiet" # mine\nGRUB_CMDLINE_LINUX=""\nGRUB_DISABLE_RECOVERY=true\n',
    '/usr/bin/grub-mkconfig': mkconfig,
    '/boot/grub/grub.cfg': grubMenu,
    ...grubCmdline,
  },
  refind: {
    // As mkrlconf of rEFInd 0.14.2 writes it.
    '/boot/refind_linux.conf': `# my own remark
"Boot with standard options"  "ro root=UUID=0a1b quiet splash"
"Boot to single-user mode"    "ro root=UUID=0a1b quiet splash single"
"Boot with minimal options"   "ro root=UUID=0a1b"
`,
    // After refind.conf-sample of rEFInd 0.14.2.
    '/boot/efi/EFI/refind/refind.conf': `timeout 20
include themes/plain/theme.conf
menuentry "Arch Linux" {
    icon     /EFI/refind/icons/os_arch.png
    loader   /boot/vmlinuz-linux
    initrd   /boot/initramfs-linux.img
    options  "root=PARTUUID=5028 rw add_efi_memmap"
    submenuentry "Boot to terminal" {
        add_options "systemd.unit=multi-user.target"
    }
}
menuentry "Windows 7" {
    loader \\EFI\\Microsoft\\Boot\\bootmgfw.efi
    options "nothing"
    disabled
}
`,
    '/boot/efi/EFI/refind/themes/plain/theme.conf': 'banner themes/plain/bg.png\n',
    ...cmdline('ro root=UUID=0a1b quiet splash initrd=boot\\initrd.img-6.12'),
    ...bootEntry('\\EFI\\refind\\refind_x64.efi'),
  },
  limine: {
    // After CONFIG.md of Limine 8.2.0.
    '/boot/limine.conf': `# a remark
timeout: 5

/+Systems
    comment: all of them
    //Arch Linux
        comment: the usual one
        PROTOCOL: linux
        kernel_path: boot():/vmlinuz-linux
        cmdline: root=UUID=0a1b rw
        module_path: boot():/initramfs-linux.img
    //Arch Linux (fallback)
        protocol: linux
        kernel_path: boot():/vmlinuz-linux
        kernel_cmdline: root=UUID=0a1b rw single
        module_path: boot():/initramfs-linux-fallback.img
/Windows
    protocol: efi_chainload
    image_path: boot():/EFI/Microsoft/Boot/bootmgfw.efi
`,
    '/boot/EFI/BOOT/BOOTX64.EFI': limineProgram,
    ...cmdline('root=UUID=0a1b rw'),
    ...bootEntry('\\EFI\\limine\\BOOTX64.EFI'),
  },
  extlinux: {
    // Of u-boot-menu 4.2.4: u-boot-update, read-config, /etc/default/u-boot.
    '/boot/extlinux/extlinux.conf':
      '## Do not edit this file manually, use: u-boot-update\n\ndefault l0\nlabel l0\n\tlinux /boot/vmlinuz-6.12\n\tappend root=/dev/vda1 ro quiet\n',
    '/usr/share/u-boot-menu/read-config':
      'for file in /usr/share/u-boot-menu/conf.d/*.conf /etc/u-boot-menu/conf.d/*.conf\n',
    '/etc/default/u-boot': '#U_BOOT_UPDATE="true"\n#U_BOOT_PARAMETERS="ro quiet"\n',
    ...cmdline('root=/dev/vda1 ro quiet'),
  },
  syslinux: {
    // After Arch Linux's syslinux.cfg and Syslinux 6.04 doc/syslinux.txt.
    '/boot/syslinux/syslinux.cfg': `# Config file for Syslinux
DEFAULT arch
PROMPT 0        # Set to 1 if you always want to display the boot: prompt
TIMEOUT 50
UI menu.c32

LABEL arch
    MENU LABEL Arch Linux
    TEXT HELP
    Append what you like with Tab.
    ENDTEXT
    LINUX ../vmlinuz-linux
    APPEND root=/dev/sda3 rw
    INITRD ../initramfs-linux.img

LABEL hdt
    MENU LABEL HDT (Hardware Detection Tool)
    COM32 hdt.c32
`,
    ...cmdline('BOOT_IMAGE=../vmlinuz-linux root=/dev/sda3 rw initrd=../initramfs-linux.img'),
  },
  'systemd-boot': {
    '/boot/loader/entries/arch.conf':
      'title Arch Linux\nlinux /vmlinuz-linux\ninitrd /initramfs-linux.img\noptions root=UUID=0a1b rw\n',
    ...systemdBoot,
  },
  uki: {
    '/usr/bin/kernel-install': '#!/bin/sh\n',
    '/etc/kernel/cmdline': 'root=UUID=0a1b rw\n',
    '/lib/modules/6.12.9/': '',
    [`/efi/EFI/Linux/${machineId}-6.12.9.efi`]: 'an image',
    ...cmdline('root=UUID=0a1b rw'),
    ...loaderVariables({ LoaderInfo: 'systemd-boot 257', StubInfo: 'systemd-stub 257' }),
  },
}
