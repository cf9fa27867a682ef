import { resolve } from 'node:path'
import { afterAll, beforeAll, inject } from 'vitest'
import { type Guest, joinGuest } from '../src/lab/index.js'

export type { Guest, GuestCommand } from '../src/lab/index.js'

/** The checkout: it stands at the same path in the laboratory's computer. */
export const top = resolve(import.meta.dirname, '..')

/** In the laboratory: this checkout's program. `${handover} devices` is a line for the shell. */
export const handover = `${process.execPath} ${top}/dist/bin/main.js`

/** Joins the shared computer for the tests of a file. Use it inside tests: `lab().run('lspci')`. */
export function useLab(): () => Guest {
  let guest: Guest
  beforeAll(async () => {
    guest = await joinGuest(inject('lab').socket)
  })
  afterAll(() => guest.close())
  return () => guest
}
