import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Dumps of real computers, which are not part of this project: they lie beside the checkout where they are there at all. */
const corpus = join(process.env.HANDOVER_SHARED ?? resolve(import.meta.dirname, '../../../shared'), 'corpus')

/** Paths. Says so where there are none. */
export const lspciDumps: readonly string[] = existsSync(corpus)
  ? [
      ...readdirSync(join(corpus, 'machines')).map((name) => join(corpus, 'machines', name, 'lspci.txt')),
      ...readdirSync(join(corpus, 'hexdumps')).map((name) => join(corpus, 'hexdumps', name)),
    ].filter((path) => existsSync(path) && statSync(path).isFile())
  : []
if (lspciDumps.length === 0) console.log(`no dumps of real computers in ${corpus}: nothing is tried on them`)
