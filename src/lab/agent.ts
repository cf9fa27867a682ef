/**
 * The laboratory's agent: runs inside the computer and serves the requests of {@link Request}. It is started by the
 * second stage of the initramfs and the computer is switched off when it ends.
 */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, createReadStream, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { release } from 'node:os'
import { lineReader, portName, type Reply, type Request } from './protocol.js'

const fd = openSync(portDevice(), 'r+')
const commands = new Map<number, ChildProcess>()

function portDevice(): string {
  const folder = '/sys/class/virtio-ports'
  const port = readdirSync(folder).find(
    (name) => readFileSync(`${folder}/${name}/name`, 'utf8').trim() === portName,
  )
  if (!port) throw new Error(`no virtio port named ${portName}`)
  return `/dev/${port}`
}

function reply(message: Reply): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`)
  for (let sent = 0; sent < line.length; ) sent += writeSync(fd, line, sent)
}

function start({ id, argv, cwd, env }: Extract<Request, { argv: unknown }>): void {
  // A session of its own, so that a signal reaches everything it started.
  const child = spawn(argv[0]!, argv.slice(1), {
    cwd: cwd ?? '/',
    env: { ...process.env, ...env },
    detached: true,
  })
  commands.set(id, child)
  child.stdout.on('data', (chunk: Buffer) => reply({ id, stdout: chunk.toString('base64') }))
  child.stderr.on('data', (chunk: Buffer) => reply({ id, stderr: chunk.toString('base64') }))
  child.stdin.on('error', () => undefined) // the command may end without reading its input
  child.on('error', (error) => {
    commands.delete(id)
    reply({ id, failed: error.message })
  })
  child.on('close', (status, signal) => {
    if (commands.delete(id)) reply({ id, status, signal })
  })
}

function handle(request: Request): void {
  if ('argv' in request) {
    start(request)
    return
  }
  const child = commands.get(request.id)
  if (!child) return // it has ended meanwhile
  if ('input' in request) child.stdin?.write(Buffer.from(request.input, 'base64'))
  else if ('endOfInput' in request) child.stdin?.end()
  else {
    try {
      process.kill(-child.pid!, request.signal)
    } catch {
      // it has ended meanwhile
    }
  }
}

createReadStream('', { fd, autoClose: false })
  .on('data', lineReader(handle) as (chunk: Buffer | string) => void)
  .on('error', () => closeSync(fd))
reply({ ready: release() })
