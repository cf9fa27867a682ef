import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { takeScript } from './early.js'
import type { Loader } from './loader.js'
import type { InitramfsMaker } from './maker.js'

const mark = '/etc/NIXOS'

const installed = (host: Host) => (host.readBytes(mark, 1).kind === 'absent' ? undefined : mark)

const rebuild = 'and run nixos-rebuild boot; the entries of older generations stay as they are'

/** NixOS makes all boot entries out of its configuration, which is a program: nothing is changed. */
export const nixos: Loader = {
  id: 'nixos',
  name: 'NixOS',
  source: 'nixpkgs nixos/modules/system/boot/kernel.nix (boot.kernelParams)',
  startedBy: ['grub', 'systemd-boot', 'systemd-stub', 'refind', 'limine', 'syslinux', 'u-boot', 'firmware'],
  inChargeOf: ['grub', 'grub-bls', 'refind', 'limine', 'extlinux', 'syslinux', 'systemd-boot', 'uki'],
  installed,
  plan: (_host, words) =>
    byHand(
      'NixOS makes its boot entries from its configuration, which is not changed here',
      `add this module, ${rebuild}:
{
  boot.kernelParams = [ ${words.map(quoted).join(' ')} ];
}`,
    ),
}

/** The same for its initramfs. */
export const nixosInitramfs: InitramfsMaker = {
  id: 'nixos',
  name: 'NixOS',
  source:
    'nixpkgs nixos/modules/system/boot/stage-1.nix (boot.initrd.preDeviceCommands: "before udev is started"), kernel.nix (boot.initrd.availableKernelModules)',
  installed,
  plan: (_host, functions) =>
    byHand(
      'NixOS makes its initramfs from its configuration, which is not changed here',
      `where boot.initrd.systemd.enable is not set, add this module, ${rebuild}:
{
  boot.initrd.availableKernelModules = [ "vfio_pci" ];
  boot.initrd.preDeviceCommands = ''
${inNix(takeScript(functions))}  '';
}`,
    ),
  planById: (_host, { after }) =>
    byHand(
      'NixOS makes its initramfs from its configuration, which is not changed here',
      `add this module, ${rebuild}:
{
  boot.initrd.kernelModules = [ "vfio_pci" ];
  boot.kernelParams = [ "vfio-pci.ids=${/ids=(\S+)/.exec(after ?? '')?.[1]}" ];
}`,
    ),
}

const quoted = (word: string) => `"${word.replaceAll(/["\\]|\$\{/g, (found) => `\\${found}`)}"`

/** Without the line that says who takes it away, and with what Nix would take for its own written otherwise. */
const inNix = (script: string) =>
  script
    .replace(/^# Written by handover.*\n/, '')
    .replaceAll(/^(?=.)/gm, '    ')
    .replaceAll('${', "''${")
