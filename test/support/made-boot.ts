/** As Debian installs GRUB and initramfs-tools: what is looked at of them. */
export const debian = {
  '/proc/cmdline': 'BOOT_IMAGE=/boot/vmlinuz-6.1.0-50-amd64 root=LABEL=root ro quiet\n',
  '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
  '/usr/sbin/grub-mkconfig': 'for x in $sysconfdir/default/grub.d/*.cfg ; do\n',
  '/usr/sbin/update-grub': '#!/bin/sh\nexec grub-mkconfig -o /boot/grub/grub.cfg "$@"\n',
  '/boot/grub/grub.cfg': 'menuentry\n',
  '/usr/sbin/update-initramfs': '#!/bin/sh\n',
  '/boot/initrd.img-6.1.0-50-amd64': 'an image',
}
