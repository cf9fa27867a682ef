import { dirname } from 'node:path'
import { type Configuration, type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type ByHand, byHand } from './by-hand.js'
import { type EarlyFunction, takeScript } from './early.js'
import { names } from './kernel-install.js'
import { earlyBinding, family, type InitramfsMaker } from './maker.js'
import { presetImages } from './mkinitcpio-presets.js'

const program = '/usr/bin/mkinitcpio'
const config = '/etc/mkinitcpio.conf'
const presetFolder = '/etc/mkinitcpio.d'
/** Read after all others, since one of them may set HOOKS anew. */
const dropIn = '/etc/mkinitcpio.conf.d/zz-handover.conf'

/**
 * mkinitcpio: a hook of its own, added by a drop-in (from version 36 on). Early hooks run before udev triggers anything, wherever
 * they stand in HOOKS. Where systemd runs in the initramfs hooks do not run, so the hook brings a unit along.
 */
export const mkinitcpio: InitramfsMaker = {
  id: 'mkinitcpio',
  name: 'mkinitcpio',
  source:
    'mkinitcpio 36, 40 and 41: mkinitcpio (process_preset, _d_config), functions (run_build_hook, add_runscript, parse_config), init, init_functions run_hookfunctions, hooks/udev, install/systemd, mkinitcpio.d/hook.preset',
  installed: (host) => (textAt(host, program) !== null && presets(host).length > 0 ? program : undefined),
  plan: (host, functions) =>
    change(host, 'mkinitcpio', [
      fileEdit(host, '/etc/initcpio/hooks/handover', hookText(functions), 0o755),
      fileEdit(host, '/etc/initcpio/install/handover', installText, 0o755),
      fileEdit(host, dropIn, dropInText('HOOKS+=(handover)')),
    ]),
  planById: (host, modprobe) =>
    change(host, 'mkinitcpio, by id', [
      modprobe,
      fileEdit(
        host,
        dropIn,
        // biome-ignore lint/suspicious/noTemplateCurlyInString: for bash
        dropInText('MODULES=(vfio_pci "${MODULES[@]}")', 'FILES+=(/etc/modprobe.d/handover.conf)'),
      ),
    ]),
}

function presets(host: Host): readonly string[] {
  return filesIn(host, presetFolder, '.preset')
}

function filesIn(host: Host, folder: string, ending: string): readonly string[] {
  return names(host, folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
}

function change(host: Host, how: string, edits: readonly FileEdit[]): Configuration | ByHand {
  const edit = `add a hook that writes vfio-pci to driver_override of the devices before udev starts (${edits.map(({ path }) => path).join(', ')} is how handover does it), and run mkinitcpio -P`
  const against = configuredAgainst(host)
  if (against !== undefined) return byHand(against, edit)
  const images: string[] = []
  for (const path of presets(host)) {
    const found = presetImages(textAt(host, path) ?? '')
    if ('because' in found) return byHand(`${path} ${found.because}`, edit)
    images.push(...found.images)
  }
  if (images.length === 0) return byHand(`the presets in ${presetFolder} make no image`, edit)
  return earlyBinding(how, edits, [
    {
      run: ['mkinitcpio', '-P'],
      rewrites: images,
      family: family(host, dirname(images[0]!), '.*\\.(?:img|efi)', images),
    },
  ])
}

function configuredAgainst(host: Host): string | undefined {
  if (textAt(host, program)?.includes('_d_config') !== true)
    return 'this mkinitcpio is older than version 36, and reads no /etc/mkinitcpio.conf.d'
  const others = filesIn(host, dirname(dropIn), '.conf').filter((path) => path !== dropIn)
  const later = others.find((path) => path > dropIn)
  if (later !== undefined) return `${later} is read after ${dropIn}, and may set what it sets`
  for (const path of [config, ...others]) {
    // As a text, to which nothing can be added as to a list.
    const line = /^\s*(HOOKS|MODULES|FILES)\+?=(?!\().*/m.exec(textAt(host, path) ?? '')?.[0]
    if (line !== undefined) return `${path} has ${line.trim()}, which is no list in brackets`
  }
  return undefined
}

function dropInText(...lines: readonly string[]): string {
  return `# Written by handover; "handover undo" takes it away.\n${lines.join('\n')}\n`
}

function hookText(functions: readonly EarlyFunction[]): string {
  return `#!/usr/bin/ash
run_earlyhook() {
(
${takeScript(functions)})
}
`
}

const installText = `#!/bin/bash
# Written by handover; "handover undo" takes it away. Has devices given to vfio-pci before udev starts.

build() {
    add_module vfio-pci
    add_runscript

    # Where systemd runs in the initramfs, hooks do not.
    [[ -e $BUILDROOT/usr/lib/systemd/systemd ]] || return 0
    [[ -e $BUILDROOT/usr/bin/sh ]] || add_binary /usr/bin/bash /usr/bin/sh
    [[ -e $BUILDROOT/usr/bin/cat ]] || add_binary /usr/bin/cat
    local units=$BUILDROOT/usr/lib/systemd/system
    mkdir -p "$units/sysinit.target.wants"
    cat >"$units/handover.service" <<'END'
[Unit]
Description=Give devices to vfio-pci before their drivers are loaded
DefaultDependencies=no
Before=sysinit.target systemd-modules-load.service systemd-udevd.service systemd-udev-trigger.service

[Service]
Type=oneshot
ExecStart=/usr/bin/sh -c '. /hooks/handover; run_earlyhook'
END
    ln -sf ../handover.service "$units/sysinit.target.wants/handover.service"
}

help() {
    echo 'Gives devices to vfio-pci before udev starts.'
}
`
