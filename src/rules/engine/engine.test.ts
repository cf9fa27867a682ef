import { describeRules } from '../../../test/support/rule-examples.js'
import { engineRules } from './index.js'
import { limitExamples } from './limits.examples.js'
import { programExamples } from './programs.examples.js'

describeRules(engineRules, { ...programExamples, ...limitExamples })
