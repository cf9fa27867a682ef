import { commands } from './commands.js'
import { runProgram } from './program.js'
import { status } from './status.js'
import { terminal } from './terminal.js'

const out = terminal(process.stdout, process.stderr, process.env)

// A reader that has seen enough (`| head`) is no failure, and no reason to stop halfway through a change to the host.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') return
  out.say([
    [{ text: 'handover: ', style: 'red' }, `cannot write to standard output: ${error.code ?? error.message}`],
  ])
  process.exitCode = status.failed
})
process.stderr.on('error', () => undefined)

process.exitCode = await runProgram(commands, process.argv.slice(2), out)
