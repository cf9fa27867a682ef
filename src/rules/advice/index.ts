import type { Rule } from '../rule.js'
import { deviceIsVirtual } from './device-is-virtual.js'
import { pictureWithoutCard } from './picture-without-card.js'
import { virtioInstead } from './virtio-instead.js'
import { virtualFunctionInstead } from './virtual-function-instead.js'

/** When handing over is not the best answer, and what is. */
export const adviceRules: readonly Rule[] = [
  pictureWithoutCard,
  virtioInstead,
  virtualFunctionInstead,
  deviceIsVirtual,
]
