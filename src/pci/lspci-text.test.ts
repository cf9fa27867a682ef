import { describe, expect, it } from 'vitest'
import {
  address,
  bitsFromText,
  expressLayout,
  type Field,
  flag,
  msiLayout,
  msixLayout,
  names,
  number,
  powerManagementLayout,
} from './index.js'

const pm = powerManagementLayout.registers
const express = expressLayout.registers

describe('bitsFromText', () => {
  const flags = ' PMEClk- DSI+ D1- D2+ AuxCurrent=375mA PME(D0+,D1+,D2-,D3hot+,D3cold-)'
  const status = 'D3 NoSoftRst+ PME-Enable- DSel=10 DScale=2 PME+'
  const msi = ' [b0] MSI: Enable+ Count=2/8 Maskable- 64bit+'
  const header = ' [80] Express (v2) Legacy Endpoint, MSI 1f'
  const slot =
    'Enable: AttnBtn+ PwrFlt- MRL+ LinkChg- Control: AttnInd Unknown, PwrInd Blink, Power- Interlock+'
  const link = 'Port #12, Speed 2.5GT/s, Width x16, ASPM L0s L1, Exit Latency L0s <512ns, L1 <8us ClockPM+'
  it.each<[string, Field, string, number | undefined]>([
    ['a flag that is set', pm.support.fields.deviceSpecificInitialization, flags, 1],
    ['a flag that is clear', pm.support.fields.d1, flags, 0],
    ['the second flag of the same label', pm.support.fields.pmeFromD1, flags, 1],
    ['a flag whose label begins another word', pm.control.fields.pmeStatus, status, 1],
    ['a flag printed inverted', pm.bridge.fields.b2InD3hot, 'PM+ B3+', 0],
    ['a flag that is not printed', pm.bridge.fields.b2InD3hot, 'PM+', undefined],
    ['a name', pm.support.fields.auxCurrentMilliamps, flags, 7],
    ['raw bits of a name', pm.control.fields.powerState, status, 3],
    ['a number', pm.control.fields.dataSelect, status, 10],
    ['a number too large for its bits', pm.control.fields.dataSelect, 'DSel=16', undefined],
    ['a power of two', msiLayout.registers.control.fields.vectors, msi, 3],
    ['a power of two after a label', msiLayout.registers.control.fields.vectorsEnabled, msi, 1],
    ['no power of two', msiLayout.registers.control.fields.vectors, 'MSI: Count=1/3', undefined],
    [
      'a number with an offset',
      msixLayout.registers.control.fields.vectors,
      'MSI-X: Enable- Count=65 Masked-',
      64,
    ],
    ['an address', msixLayout.registers.table.fields.offset, 'BAR=4 offset=00002008', 0x401],
    ['a longer name before a shorter one', express.flags.fields.type, header, 1],
    ['hexadecimal', express.flags.fields.interruptMessage, header, 0x1f],
    [
      'the label of a newer lspci',
      express.flags.fields.interruptMessage,
      'Express (v2) Endpoint, IntMsgNum 31',
      31,
    ],
    ['a flag in the right half of a line', express.slotControl.fields.interlock, slot, 1],
    [
      'a label that needs the half that is missing',
      express.slotControl.fields.interlock,
      'Enable: Interlock+',
      undefined,
    ],
    ['two words as one name', express.linkCapabilities.fields.aspm, link, 3],
    ['a name with a sign', express.linkCapabilities.fields.l0sExitLatency, link, 3],
    ['a label with a sign', express.linkCapabilities.fields.port, link, 12],
    ['a bandwidth of more than one digit', express.linkCapabilities.fields.maxWidth, link, 16],
    ['an unknown name', express.linkCapabilities.fields.maxSpeed, 'Speed unknown, Width x4', undefined],
    [
      'the words of an old lspci',
      express.deviceControl.fields.fatalErrorReporting,
      'Report errors: Non-Fatal+ Fatal-',
      0,
    ],
  ])('reads %s', (_, field, text, bits) => {
    expect(bitsFromText(field, text)).toBe(bits)
  })

  it('reads nothing for a field that lspci does not print', () => {
    for (const field of [flag(0, ''), number([0, 1], ''), names(0, '', ['a']), address([0, 3], '')]) {
      expect(bitsFromText(field, 'a+ 1 b-')).toBeUndefined()
    }
  })
})
