import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { keepingTerminal } from '../../test/support/terminal.js'
import { commands } from './commands.js'
import { runProgram } from './program.js'
import { status } from './status.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

const off = 'I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-'
const fine = '66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-'
const port = (address: string, bus: string, acs: boolean, group: number) => `\
${address} PCI bridge [0604]: Device [1234:0001] (prog-if 00 [Normal decode])
\tControl: ${off}
\tStatus: Cap+ ${fine}
\tLatency: 0
\tIOMMU group: ${group}
\tBus: primary=00, secondary=${bus}, subordinate=${bus}, sec-latency=0
\tCapabilities: [40] Express (v2) Root Port (Slot+), MSI 00
${acs ? '\tCapabilities: [100 v1] Access Control Services\n\t\tACSCap:\tSrcValid+ TransBlk+ ReqRedir+ CmpltRedir+ UpstreamFwd+ EgressCtrl- DirectTrans-\n\t\tACSCtl:\tSrcValid- TransBlk- ReqRedir- CmpltRedir- UpstreamFwd- EgressCtrl- DirectTrans-\n' : '\tCapabilities: [100 v1] Advanced Error Reporting\n'}`
const card = (address: string, group: number) => `\
${address} VGA compatible controller [0300]: Device [10de:2206]
\tControl: ${off}
\tStatus: Cap+ ${fine}
\tLatency: 0
\tIOMMU group: ${group}
\tCapabilities: [40] Express (v2) Endpoint, MSI 00
\tCapabilities: [100 v1] Advanced Error Reporting
`
const text = (cardGroup: number) =>
  [port('00:01.0', '01', false, 1), port('00:02.0', '02', true, 2), card('01:00.0', cardGroup)].join('\n')

async function run(words: readonly string[], cardGroup = 1) {
  const file = join(folder, `${cardGroup}.txt`)
  writeFileSync(file, text(cardGroup))
  const terminal = keepingTerminal(100)
  const result = await runProgram(commands, [...words, '--host', file], terminal)
  return { status: result, ...terminal.kept }
}

describe('groups', () => {
  it('are predicted on request, and end with 2 where the kernel differs', async () => {
    const same = await run(['groups', '--predict'])
    expect(same).toMatchObject({ status: status.ok })
    expect(same.out).toContain("The prediction agrees with the kernel's groups.")
    const other = await run(['groups', '--predict'], 3)
    expect(other).toMatchObject({ status: status.pending })
    expect(other.out).toContain('the kernel has it alone; predicted with 00:01.0')
    expect(other.out).toContain('not everything isolates: it is in the group of 00:01.0')
  })
  it('are explained step by step', async () => {
    const { out } = await run(['groups', '--why', 'gpu'])
    expect(out).toContain('01:00.0  a group with 00:01.0')
    expect(out).toContain('00:01.0 does not isolate: it has no ACS capability')
  })
  it.each([
    ['--move', '01:00.0=00:02.0', '01:00.0  today with 00:01.0; then alone'],
    ['--acs-override', 'downstream', '01:00.0  today with 00:01.0; then alone'],
    ['--without', '01:00.0', 'This changes no group.'],
    ['--kernel', '6.1.166', 'This changes no group.'],
    ['--config-acs', '00000@00:02.0', 'This changes no group.'],
    ['--add', '10de:2206=00:02.0', 'This changes no group.'],
  ])('change with %s %s', async (option, value, expected) => {
    const { out, status: result } = await run(['groups', option, value])
    expect(out).toContain(expected)
    expect(result).toBe(status.ok)
  })
  it.each([
    ['--move', '01:00.0', 'expected DEVICE=PORT'],
    ['--move', '01:00.0=00:05.0', 'no device fits 00:05.0'],
    ['--add', '10de=00:02.0', 'are no ids'],
    ['--add', '10de:2206=00:01.0', 'room for one card'],
    ['--acs-override', 'everything', 'does not take everything'],
    ['--config-acs', '1', 'expected FLAGS@DEVICE'],
    ['--kernel', 'new', 'is no version'],
    ['--why', '05:00.0', 'no device fits'],
  ])('refuse %s %s', async (option, value, message) => {
    const result = await run(['groups', option, value])
    expect(result.err).toContain(message)
    expect([status.usage, status.noSuchDevice]).toContain(result.status)
  })
})

it('slots say where a card is alone', async () => {
  const { out } = await run(['slots'])
  expect(out).toMatch(/^00:01\.0 .* with bridges only$/m)
  expect(out).toMatch(/^00:02\.0 .* alone in its group$/m)
})
