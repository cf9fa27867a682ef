import { diagnoseText } from './diagnose.js'
import type { Meaning } from './failure.js'
import { failures } from './failures/index.js'

/**
 * What a program's last words mean: the failure that stands highest in the tables and is not the consequence of another one.
 * Undefined: nothing in it is known, or it is harmless.
 */
export function explainWords(said: string): Meaning | undefined {
  const { findings } = diagnoseText(said)
  const place = ({ cause }: Meaning) => failures.findIndex((failure) => failure.cause === cause)
  return findings.toSorted((a, b) => place(a) - place(b))[0]
}
