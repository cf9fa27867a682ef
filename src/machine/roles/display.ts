import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import type { Evidence, PciFunction } from '../machine.js'
import { knownValue, parseLine, readFact, readList, readTarget } from '../read.js'
import { memoryMapPath, readBootFrameBuffers } from '../system/boot-frame-buffers.js'
import type { RoleFindings } from './search.js'

/**
 * Finds the functions that light a display: a DRM connector that is on, the frame buffer or VGA text mode that the
 * console is drawn on. And the firmware's video card, which is a fact of its own.
 */
export function findDisplays(
  host: Host,
  functions: readonly Pick<PciFunction, 'address' | 'bootVga' | 'class'>[],
  findings: RoleFindings,
): void {
  for (const { address, bootVga, class: code } of functions) {
    if (knownValue(bootVga) === true)
      findings.found('boot-vga', address, [{ path: `/sys/bus/pci/devices/${address}/boot_vga`, value: '1' }])
    else if ('unknown' in bootVga && knownValue(code) !== undefined && knownValue(code)! >> 8 === 0x0300)
      findings.unknown('boot-vga', bootVga)
  }
  findConnectors(host, findings)
  findConsole(host, findings)
}

/** `/sys/class/drm/card0-HDMI-A-1`: `status` is connected, disconnected or unknown; `enabled` says that it is driven. */
function findConnectors(host: Host, findings: RoleFindings): void {
  const entries = readList(host, '/sys/class/drm')
  if ('unknown' in entries) {
    findings.unknown('display', entries)
    return
  }
  for (const name of entries.value ?? []) {
    if (!/^card\d+-/.test(name)) continue
    const folder = `/sys/class/drm/${name}`
    const enabled = readFact(host, `${folder}/enabled`, parseLine)
    if ('unknown' in enabled) findings.unknown('display', enabled)
    if (knownValue(enabled) !== 'enabled') continue
    const status = readFact(host, `${folder}/status`, parseLine)
    if (knownValue(status) === 'disconnected') continue
    noteTarget(host, folder, [{ path: `${folder}/enabled`, value: 'enabled' }], findings)
  }
}

/** Which of the kernel's console drivers draws (Linux drivers/tty/vt/vt.c), and on what. */
function findConsole(host: Host, findings: RoleFindings): void {
  const folder = '/sys/class/vtconsole'
  const entries = readList(host, folder)
  if ('unknown' in entries) {
    findings.unknown('display', entries)
    return
  }
  for (const console of entries.value ?? []) {
    const bind = readFact(host, `${folder}/${console}/bind`, parseLine)
    if ('unknown' in bind) findings.unknown('display', bind)
    if (knownValue(bind) !== '1') continue
    const name = readFact(host, `${folder}/${console}/name`, parseLine)
    if ('unknown' in name) {
      findings.unknown('display', name)
      continue
    }
    const evidence = { path: `${folder}/${console}/name`, value: name.value }
    if (name.value.endsWith('frame buffer device')) noteFrameBuffer(host, evidence, findings)
    else if (textModes.test(name.value)) noteTextMode(evidence, findings)
  }
}

/** What vgacon calls itself (Linux drivers/video/console/vgacon.c). */
const textModes = / (VGA\+|\*?[EMC](GA|DA)\+?)$/

/** The console is drawn on the lowest frame buffer, unless it was moved by hand. */
function noteFrameBuffer(host: Host, evidence: Evidence, findings: RoleFindings): void {
  const folder = '/sys/class/graphics'
  const entries = readList(host, folder)
  if ('unknown' in entries) {
    findings.unknown('display', entries)
    return
  }
  const numbers = (entries.value ?? []).flatMap((name) => /^fb(\d+)$/.exec(name)?.[1] ?? []).map(Number)
  if (numbers.length === 0)
    findings.unknown('display', { unknown: 'no frame buffer is listed', path: folder })
  else noteTarget(host, `${folder}/fb${Math.min(...numbers)}`, [evidence], findings)
}

/** VGA text mode is drawn by the card that has the legacy ranges: the boot VGA. */
function noteTextMode(evidence: Evidence, findings: RoleFindings): void {
  const cards = findings.holders('boot-vga')
  for (const address of cards) findings.found('display', address, [evidence])
  if (cards.size === 0)
    findings.unknown('display', {
      unknown: 'a VGA text console, but no boot VGA is known',
      path: evidence.path,
    })
}

function noteTarget(host: Host, link: string, before: readonly Evidence[], findings: RoleFindings): void {
  const target = readTarget(host, link)
  if ('unknown' in target) {
    findings.unknown('display', target)
    return
  }
  const path = target.value ?? link
  const address = functionOfPath(path)
  if (address) findings.found('display', address, [...before, { path: link, value: path }])
  else if (bootFrameBuffer.test(path)) noteBootFrameBuffer(host, before, path, findings)
  else findings.elsewhere('display', { path: link, value: path })
}

/** `efi-framebuffer.0`, `simple-framebuffer.0`, ... (Linux drivers/firmware/sysfb.c) */
const bootFrameBuffer = /\/[a-z]+-framebuffer\.\d+(\/|$)/

/** The firmware's frame buffer stands on no PCI function in sysfs, but its memory is inside one's BAR. */
function noteBootFrameBuffer(
  host: Host,
  before: readonly Evidence[],
  path: string,
  findings: RoleFindings,
): void {
  const buffers = readBootFrameBuffers(host)
  if ('unknown' in buffers) {
    findings.unknown('display', buffers)
    return
  }
  const owned = buffers.value.find(({ address }) => address !== null)
  if (owned)
    findings.found('display', owned.address!, [
      ...before,
      { path: memoryMapPath, value: `${owned.name} in ${owned.address}` },
    ])
  else
    findings.unknown('display', { unknown: 'which card the boot frame buffer belongs to is not told', path })
}
