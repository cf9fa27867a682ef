import { describe, expect, it } from 'vitest'
import { capabilityDefinitions } from '../pci/index.js'
import { capabilityWords, pathsOf, phrases } from './capability-text.js'
import type { FieldTree } from './schemas/show.js'

const words = (kind: string, fields: FieldTree) =>
  capabilityWords({ kind, id: 0, extended: false, offset: '0x040', name: '', version: null, fields })

describe('what is said of a capability', () => {
  it.each(
    Object.entries(phrases).flatMap(([kind, rows]) =>
      rows.flatMap(pathsOf).map((path) => [kind, path] as const),
    ),
  )('%s has the field %s', (kind, path) => {
    const definition = capabilityDefinitions.find((one) => one.kind === kind)
    expect(definition?.layout.rows.map((row) => row.path)).toContain(path)
  })

  it('leaves out what is not known or not there, and marks what is known in part', () => {
    expect(words('msi', { control: null })).toEqual([])
    expect(words('msi', { control: { enabled: null, vectors: 8, vectorsEnabled: null } })).toEqual([
      '? of 8 vectors',
    ])
    expect(words('msi', { control: { enabled: false } })).toEqual(['off'])
    expect(words('lane-margining', {})).toEqual([])
  })

  it('gives numbers as they are, and in hexadecimal where that is how they are known', () => {
    expect(words('subsystem', { vendor: 0x1043, device: 0x87b2 })).toEqual(['0x1043:0x87b2'])
    expect(words('serial-number', { serialNumber: '0x1122334455667788' })).toEqual(['0x1122334455667788'])
  })

  it('says of ACS what can be switched on and what is', () => {
    const capability = {
      sourceValidation: true,
      requestRedirect: true,
      upstreamForwarding: true,
      egressControl: false,
    }
    expect(words('acs', { capability, control: { sourceValidation: true, requestRedirect: false } })).toEqual(
      ['SrcValid+ ReqRedir- UpstreamFwd?'],
    )
    expect(words('acs', { capability: {}, control: {} })).toEqual(['can do nothing'])
  })

  it('says of AER which errors were seen', () => {
    const fields = {
      uncorrectableStatus: { poisonedTlp: true, ecrc: false },
      correctableStatus: { badTlp: true },
    }
    expect(words('aer', fields)).toEqual(['errors seen: poisoned tlp, bad tlp'])
    expect(words('aer', { uncorrectableStatus: {}, correctableStatus: null })).toEqual([])
  })

  it('says of a resizable BAR how large it is and can be, up to the largest there are', () => {
    const control = { bar: 1, sizeExponent: 8, supportedLargeSizes: 0x8000 }
    expect(words('rebar', { bars: [{ supportedSizes: 0x8000101, control }] })).toEqual([
      'BAR 1 is 256 MiB, can be 1 MiB, 256 MiB, 128 TiB, 8 EiB',
    ])
    expect(
      words('rebar', { bars: [{ supportedSizes: null, control: { bar: null, sizeExponent: null } }] }),
    ).toEqual(['BAR ? is of a size that is not known'])
  })
})
