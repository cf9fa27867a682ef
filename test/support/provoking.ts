import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import type { Computer, Guest } from '../../src/lab/index.js'
import { handover, top } from '../lab.js'

interface Found {
  readonly cause: string
  readonly device?: string
  readonly lines: readonly { readonly text: string }[]
  readonly evidence: readonly { readonly path: string }[]
  readonly consequences: readonly Found[]
}

/** For failures that are brought about in the laboratory and diagnosed there from the real words. */
export function provoking(lab: () => Guest) {
  const diagnose = async (command: string, logs: string): Promise<readonly Found[]> => {
    const { stdout, stderr } = await lab().run(
      `before=$(dmesg | wc -l); ( ${command}
) > /tmp/words 2>&1; dmesg | tail -n +$((before + 1)) > /tmp/kernel; ${handover} diagnose --here --json ${logs}; echo ended $?; cat /tmp/words /tmp/kernel`,
    )
    const [document = '', rest = ''] = stdout.split(/^ended /m)
    expect(rest.split('\n')[0], `${stderr}${rest}`).toBe('2')
    return (JSON.parse(document) as { findings: readonly Found[] }).findings
  }
  return {
    /** What is found in what the command says. */
    diagnosed: (command: string) => diagnose(command, '/tmp/words'),
    /** In what the kernel says meanwhile. */
    diagnosedKernel: (command: string) => diagnose(command, '/tmp/kernel'),
    diagnosedBoth: (command: string) => diagnose(command, '/tmp/kernel /tmp/words'),
    qemu: (device: string, more = '') =>
      `timeout 60 qemu-system-x86_64 -machine q35,accel=tcg -m 64 -nodefaults -display none -device vfio-pci,host=${device} ${more}`,
  }
}

/** For failures that need another computer than the usual one: boots it for the tests of a block. */
export function useComputer(topology: object): () => Guest {
  let computer: Computer
  beforeAll(async () => {
    const { startComputer, parseTopology } = (await import(
      join(top, 'dist/lab/index.js')
    )) as typeof import('../../src/lab/index.js')
    computer = await startComputer(parseTopology(JSON.stringify(topology), 'a computer for a failure'), {
      bootTimeoutMs: 240_000,
    })
  })
  afterAll(() => computer?.stop())
  return () => computer.guest
}
