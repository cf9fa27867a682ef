import type { Rule } from '../rule.js'
import { bootFramebuffer } from './boot-framebuffer.js'
import { cardFunctions } from './card-functions.js'
import { driverLock } from './driver-lock.js'
import { graphicsSplitting } from './graphics-splitting.js'
import { integratedGraphics } from './integrated-graphics.js'
import { optionRom } from './option-rom.js'
import { outputs } from './outputs.js'
import { soundInterrupts } from './sound-interrupts.js'

/** Video cards, what they show, what belongs to them. */
export const videoRules: readonly Rule[] = [
  bootFramebuffer,
  optionRom,
  outputs,
  integratedGraphics,
  driverLock,
  cardFunctions,
  soundInterrupts,
  graphicsSplitting,
]
