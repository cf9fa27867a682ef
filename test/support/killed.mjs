// Applies or undoes a change below a folder, in a process of its own, which kills itself before step N, or with "+MS" after the
// number so many milliseconds after the step began. Arguments: apply|undo, the folder, N[+MS], the change as JSON.
import { join } from 'node:path'
import { liveDisk } from '../../dist/changes/index.js'
import { liveHost } from '../../dist/host/index.js'
import { carryOut, readJournal, undoEntry } from '../../dist/plan/index.js'

const [way, root, when, change] = process.argv.slice(2)
const [killAt, afterMs] = when.split('+').map(Number)
const kill = () => process.kill(process.pid, 'SIGKILL')
let steps = 0
let running = -1
const step = (what) => {
  if (what.startsWith('run ')) running = steps
  if (steps++ !== killAt) return
  if (afterMs === undefined) kill()
  else setTimeout(kill, afterMs)
}
const host = liveHost()
const tools = {
  host: {
    ...host,
    readText: (path) => host.readText(join(root, path)),
    list: (path) => host.list(join(root, path)),
  },
  disk: liveDisk({ root, step, enter: (argv) => ['env', '-C', root, ...argv] }),
  writer: { write: async () => 'done', close: () => undefined },
  limits: { closeMs: 0, writeMs: 0 },
  privileged: true,
  report: () => undefined,
  run: async () => undefined,
}
const options = { root, asked: `handover ${way}`, step }
if (way === 'apply') await carryOut({ changes: [JSON.parse(change)], refusals: [] }, tools, options)
else await undoEntry(readJournal(root).at(-1), tools, options)
// How many steps there were, and which one ran the command.
console.log(JSON.stringify({ steps, running }))
