import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { FileEdit } from '../../src/changes/index.js'

/** Vendor and device, as sysfs prints them, of what stands below the port: by device and function. */
export type Cards = Readonly<Record<string, readonly [string, string]>>

/** What is planned for in {@link runEarly}'s computer. */
export const planned = { path: 'pci0000:00/01.0/00.0', vendor: 0x10de, device: 0x2206 }
/** The same by its ids. */
export const modprobe: FileEdit = {
  path: '/etc/modprobe.d/handover.conf',
  before: null,
  after: 'options vfio-pci ids=10de:2206\n',
  mode: 0o644,
  folders: [],
}
export const card = ['0x10de', '0x2206'] as const

/**
 * Runs lines of shell that give functions to vfio-pci on files that stand for /sys, /proc and /dev, and a double of modprobe.
 * The port had another bus number when it was planned for than it has now.
 */
export function runEarly(script: string, cards: Cards, options: { readonly commandLine?: string } = {}) {
  const { commandLine = 'quiet' } = options
  const root = mkdtempSync(join(tmpdir(), 'handover-early-'))
  try {
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text, { mode: 0o755 })
    }
    put('/proc/cmdline', commandLine)
    put('/dev/kmsg', '')
    put('/bin/modprobe', `#!/bin/sh\necho "$@" >> ${root}/modprobe\n`)
    const port = '/sys/devices/pci0000:00/0000:00:01.0'
    put(`${port}/vendor`, '0x8086\n')
    for (const [name, [vendor, device]] of Object.entries(cards)) {
      put(`${port}/0000:07:${name}/vendor`, `${vendor}\n`)
      put(`${port}/0000:07:${name}/device`, `${device}\n`)
      put(`${port}/0000:07:${name}/driver/unbind`, '')
      put(`/sys/bus/pci/devices/0000:07:${name}/vendor`, `${vendor}\n`)
    }
    put('/sys/bus/pci/drivers_probe', '')
    const { status, stdout, stderr } = spawnSync(
      'sh',
      ['-c', script.replaceAll(/\/(sys|proc|dev)\//g, `${root}/$1/`)],
      { encoding: 'utf8', env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin` } },
    )
    const read = (path: string) =>
      existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8').trim() : ''
    const overrides = Object.fromEntries(
      Object.keys(cards).map((name) => [name, read(`${port}/0000:07:${name}/driver_override`)]),
    )
    return {
      status,
      stdout,
      stderr,
      overrides,
      unbound: read(`${port}/0000:07:00.0/driver/unbind`),
      probed: read('/sys/bus/pci/drivers_probe'),
      modprobe: read('/modprobe'),
      said: read('/dev/kmsg'),
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}
