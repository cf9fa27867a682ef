export { describeMachine, type Proposal } from './describe.js'
export { type Decision, firmwareNames, inputKinds, systems, type Wish } from './wish.js'
export { writeDescription } from './write.js'
