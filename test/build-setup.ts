import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'

/** The program under test is the built one, as in real use. */
export default function setup(): void {
  execFileSync(resolve(import.meta.dirname, '../scripts/build.sh'), { stdio: 'inherit' })
}
