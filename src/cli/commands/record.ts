import { record } from '../../host/index.js'
import { isSet, type Run, textOf } from '../command.js'
import { gather } from '../gather.js'
import { checkFree, writeOutput } from '../output-file.js'
import { openHostAsIs } from '../reading.js'
import { status } from '../status.js'
import { version } from '../version.js'

export const run: Run = async (terminal, asked) => {
  const file = textOf(asked, 'output')!
  const force = isSet(asked, 'force')
  if (file !== '-') checkFree(file, force)
  const host = await openHostAsIs(asked)
  const text = record(
    host,
    {
      program: `handover ${version()}`,
      recorded: new Date().toISOString(),
      pseudonyms: !isSet(asked, 'private'),
    },
    gather,
  )
  if (file === '-') terminal.printRaw(text)
  else {
    writeOutput(file, text, force)
    terminal.say([`${file}: ${text.length} bytes. To see what is in it: handover devices --host ${file}`])
  }
  if (host.kind === 'live' && process.geteuid?.() !== 0)
    terminal.say(['Only root may read all of it: what this user may not read is marked as such.'])
  return status.ok
}
