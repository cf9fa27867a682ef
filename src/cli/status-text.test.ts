import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Edits, edited } from '../../test/support/edited-host.js'
import { workstation } from '../../test/support/made-computers.js'
import { denied } from '../../test/support/made-host.js'
import type { Configuration } from '../changes/index.js'
import { readMachine } from '../machine/index.js'
import type { Entry, Head } from '../plan/index.js'
import { historyDocument } from './documents/history.js'
import { historySchema } from './schemas/plan.js'
import { isInForce, statusText } from './status-text.js'
import { render } from './text.js'

const path = '/etc/default/grub.d/handover.cfg'
const change: Configuration = {
  kind: 'configuration',
  id: 'command-line',
  title: 'kernel command line',
  edits: [{ path, before: null, after: 'mine\n', mode: 0o644, folders: [] }],
  commands: [],
}
const head: Head = {
  schema: 'handover.journal/1',
  id: 3,
  at: '2026-01-01T00:00:00Z',
  bootId: 'an earlier start',
  asked: 'handover apply plan.json',
  changes: [change],
  awaits: {
    functions: [{ address: '0000:07:00.0', path: 'pci0000:00/01.0/00.0', vendor: 0x10de, device: 0x2206 }],
    words: ['intel_iommu=on'],
  },
}
const done: Edits = {
  [path]: 'mine\n',
  '/proc/cmdline': 'quiet intel_iommu=on\n',
  '/sys/bus/pci/devices/0000:01:00.0/driver': { link: '../../../../bus/pci/drivers/vfio-pci' },
}

/** What `status` says of one entry. */
function said(edits: Edits, more: Partial<Head> = {}) {
  const entry: Entry = { head: { ...head, ...more }, deeds: new Map([[0, 'done']]), state: 'applied' }
  const host = edited(workstation(), { ...done, ...edits })
  const document = historySchema.parse(historyDocument('/', [entry], host, readMachine(host)))
  return { isInForce: document.entries.every(isInForce), text: render(statusText(document, 80), false) }
}

describe('status', () => {
  it('says that all has come, also where bus numbers are others now', () => {
    expect(said({})).toEqual({
      isInForce: true,
      text: `3  handover apply plan.json
  kernel command line: as it was made
  0000:01:00.0: with vfio-pci
  intel_iommu=on: on the kernel command line
`,
    })
  })

  it('says that a restart is to come', () => {
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const { isInForce, text } = said({}, { bootId })
    expect(isInForce).toBe(false)
    expect(text).toContain('Takes effect at the next start.')
    expect(text).not.toContain('vfio-pci')
  })

  it.each<[string, Edits, string]>([
    [
      'its own driver has the device',
      { '/sys/bus/pci/devices/0000:01:00.0/driver': { link: '../x/nvidia' } },
      '0000:01:00.0: with nvidia, not with vfio-pci',
    ],
    ['no driver has it', { '/sys/bus/pci/devices/0000:01:00.0/driver': null }, 'with no driver'],
    [
      'its driver cannot be read',
      { '/sys/bus/pci/devices/0000:01:00.0/driver': denied },
      '0000:01:00.0: not known: only root may read',
    ],
    [
      'another device stands there',
      { '/sys/bus/pci/devices/0000:01:00.0/device': '0x2207\n' },
      '0000:01:00.0: gone',
    ],
    ['a word is missing', { '/proc/cmdline': 'quiet\n' }, 'intel_iommu=on: not on the kernel command line'],
    ['the command line cannot be read', { '/proc/cmdline': denied }, 'intel_iommu=on: not known: only root'],
    ['a file was changed', { [path]: 'theirs\n' }, `${path}: theirs where mine was made`],
    [
      'a file cannot be read',
      { [path]: denied },
      `kernel command line: not known: only root may read ${path}`,
    ],
  ])('does not say that it holds where %s', (_, edits, words) => {
    const { isInForce, text } = said(edits)
    expect(isInForce).toBe(false)
    expect(text).toContain(words)
  })

  it('says why, where a start was for recovery', () => {
    const { text } = said({ '/proc/cmdline': 'single\n', '/sys/bus/pci/devices/0000:01:00.0/driver': null })
    expect(text).toContain('This start was to be without it: single')
  })
})
