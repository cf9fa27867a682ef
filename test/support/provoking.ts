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
