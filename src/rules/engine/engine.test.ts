import { describe, expect, it } from 'vitest'
import { describeRules } from '../../../test/support/rule-examples.js'
import { engineRules } from './index.js'
import { limitExamples } from './limits.examples.js'
import { programExamples } from './programs.examples.js'
import { sizeText } from './sizes.js'

describeRules(engineRules, { ...programExamples, ...limitExamples })

describe('sizeText', () => {
  it.each([
    [0n, '0 bytes'],
    [65536n, '64 KiB'],
    [8388608n, '8 MiB'],
    [16643457024n, '15.5 GiB'],
    [1n << 50n, '1024 TiB'],
  ])('%s', (bytes, text) => expect(sizeText(bytes)).toBe(text))
})
