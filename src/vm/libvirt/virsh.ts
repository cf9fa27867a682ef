import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { programPath } from '../description/index.js'
import { MachineError } from '../machine-error.js'

/** Where libvirt's daemon listens, the one for QEMU alone and the one for all (libvirt src/remote/remote_sockets.c). */
const sockets = ['/run/libvirt/virtqemud-sock', '/run/libvirt/libvirt-sock'] as const

/** Whether libvirt runs machines of the host; as which version, or why not: a sentence without its end. */
export type LibvirtState =
  | { readonly runs: true; readonly version: string }
  | { readonly runs: false; readonly because: string }

/** A daemon answers at once, but for one that starts, and then looks at every QEMU that is installed. */
const answerMs = 120_000

/** Runs virsh on the host's libvirt. Throws {@link MachineError} with what it said where it fails, or does not answer in `limitMs`. */
export function virsh(words: readonly string[], limitMs?: number): string {
  const { error, status, stdout, stderr } = spawnSync('virsh', ['-q', '-c', 'qemu:///system', ...words], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: limitMs,
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (error || status !== 0) {
    const why = error ? whyFailed(error) : stderr.replace(/^error: /gm, '').trim() || `status ${status}`
    throw new MachineError(`virsh ${words.join(' ')}: ${why.replaceAll('\n', ': ')}`)
  }
  return stdout
}

function whyFailed(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return 'it is not installed (Debian: libvirt-clients; Fedora: libvirt-client)'
  return error.code === 'ETIMEDOUT' ? 'no answer' : error.message
}

/** Whether machines of the host may be libvirt's; where not, nothing is asked. */
export function mayBeLibvirts(): boolean {
  return process.geteuid?.() === 0 && hasSocket() && programPath('virsh') !== undefined
}

const hasSocket = () => sockets.some((socket) => existsSync(socket))

/** Where libvirt keeps the numbers of QEMU's processes (src/qemu/qemu_process.c qemuProcessPrepareHost, priv->pidfile). */
export const pidsFolder = '/run/libvirt/qemu'

/** Whether virsh failed as there is no daemon, only a socket that one has left, and none of its machines goes on without it. */
export function isGone(error: unknown, folder = pidsFolder): boolean {
  if (!(error instanceof MachineError) || !error.message.includes('Connection refused')) return false
  return !existsSync(folder) || !readdirSync(folder).some((file) => file.endsWith('.pid'))
}

/** Throws {@link MachineError} where there is a daemon that does not answer: its machines go on all the same. */
export function libvirtState(): LibvirtState {
  if (!hasSocket())
    return { runs: false, because: 'libvirt does not run here: it has no socket in /run/libvirt' }
  if (process.geteuid?.() !== 0) return { runs: false, because: 'only root runs machines through libvirt' }
  try {
    const said = virsh(['version', '--daemon'], answerMs)
    return { runs: true, version: /daemon: ([\d.]+)/.exec(said)?.[1] ?? '0' }
  } catch (error) {
    if (!isGone(error)) throw error
    return { runs: false, because: 'libvirt does not run here: nobody listens at its socket in /run/libvirt' }
  }
}
