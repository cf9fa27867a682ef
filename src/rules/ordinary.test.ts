import { describe, expect, it } from 'vitest'
import { madeHost } from '../../test/support/made-host.js'
import { notAskedFiles, oneCardFiles, twoCardsFiles } from '../../test/support/ordinary-computers.js'
import { readMachine } from '../machine/index.js'
import { checkDevice } from './index.js'

const computers = [
  {
    name: 'Debian, Intel with an NVIDIA card that shows the host',
    host: madeHost(oneCardFiles),
    device: '0000:01:00.0',
    verdict: 'ready after steps',
    findings: ['step only-display', 'warning option-rom', 'note card-functions', 'note picture-without-card'],
  },
  {
    name: 'Fedora, the same with its IOMMU not asked for, libvirt, no swtpm',
    host: madeHost(notAskedFiles()),
    device: '0000:01:00.0',
    verdict: 'ready after steps',
    findings: [
      'step iommu-in-use',
      'step only-display',
      'warning option-rom',
      'note card-functions',
      'note windows-11-needs',
      'note rom-file-rights',
      'note picture-without-card',
    ],
  },
  {
    name: 'Debian 12, AMD with a card to spare',
    host: madeHost(twoCardsFiles('6.1.0-50-amd64')),
    device: '0000:03:00.0',
    verdict: 'ready',
    findings: ['note card-functions'],
  },
] as const

describe.each(computers)('$name', ({ host, device: address, verdict, findings }) => {
  const machine = readMachine(host)
  const device = machine.functions.find((f) => f.address === address)!
  const check = checkDevice(machine, device)

  it('has a verdict that is known, and these findings', () => {
    expect(check.findings.map(({ kind, rule }) => `${kind} ${rule.id}`)).toEqual(findings)
    expect(check.verdict).toBe(verdict)
  })

  it('leaves nothing open', () => {
    expect(check.open.map(({ rule, unknown }) => [rule.id, unknown])).toEqual([])
    expect(check.crashed).toEqual([])
  })
})
