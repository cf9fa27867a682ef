import { expect } from 'vitest'
import type { Guest } from '../../src/lab/index.js'
import { handover } from '../lab.js'

interface Found {
  readonly cause: string
  readonly device?: string
  readonly lines: readonly { readonly text: string }[]
  readonly consequences: readonly Found[]
}

/** For failures that are brought about in the laboratory and diagnosed there from the real words. */
export function provoking(lab: () => Guest) {
  const found = async (command: string) => {
    const { stdout, status, stderr } = await lab().run(
      `{ ${command}
} ; ${handover} diagnose --here --json /tmp/said; echo ended $?`,
    )
    const end = stdout.lastIndexOf('ended ')
    expect(stdout.slice(end), `${stderr}${stdout}`).toBe('ended 2\n')
    expect(status).toBe(0)
    return (JSON.parse(stdout.slice(stdout.indexOf('{'), end)) as { findings: readonly Found[] }).findings
  }
  return {
    /** What diagnose finds in what the command says. */
    diagnosed: (command: string) => found(`( ${command}\n) >/tmp/said 2>&1`),
    /** The same in what the kernel says meanwhile. */
    diagnosedKernel: (command: string) =>
      found(
        `before=$(dmesg | wc -l); ( ${command}\n) >/tmp/words 2>&1; dmesg | tail -n +$((before + 1)) > /tmp/said`,
      ),
    qemu: (device: string, more = '') =>
      `timeout 60 qemu-system-x86_64 -machine q35,accel=tcg -m 64 -nodefaults -display none -device vfio-pci,host=${device} ${more}`,
  }
}
