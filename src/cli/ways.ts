/** What may run a machine. */
export const ways = ['libvirt', 'qemu'] as const
