/**
 * cli/: the room that speaks to a person.
 *
 * In: a command line (`main.ts`). Out: text or JSON, an exit status. Each command is one row of `commands.ts`, which gives its
 * help, completion and manual entry, and one file of `commands/`, loaded when it runs.
 */

export { gather } from './gather.js'
export { type Progress, startProgress } from './progress.js'
