import { execFileSync } from 'node:child_process'
import { join, resolve } from 'node:path'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The shared computer: the socket that runs commands in it, its QMP-free facts. */
    lab: { readonly socket: string; readonly kernel: string; readonly accelerator: string }
  }
}

/** Boots the one computer that all lab tests of a run share. The program under test in it is the built one, as in real use. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const top = resolve(import.meta.dirname, '..')
  execFileSync(join(top, 'scripts/build.sh'), { stdio: 'inherit' })
  const path = join(top, 'dist/lab/index.js')
  const { startComputer, readTopology, defaultTopologyFile } = (await import(
    path
  )) as typeof import('../src/lab/index.js')
  const computer = await startComputer(readTopology(defaultTopologyFile), {
    progress: (step) => console.log(`lab: ${step}`),
  })
  const socket = join(computer.folder, 'shared.sock')
  const server = await computer.guest.share(socket)
  project.provide('lab', { socket, kernel: computer.kernel.version, accelerator: computer.accelerator })
  return async () => {
    server.close()
    await computer.stop()
  }
}
