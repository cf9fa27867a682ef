import { requireNoSession, shareSession } from '../../lab/index.js'
import type { Run } from '../command.js'
import { untilInterrupted } from '../interrupt.js'
import { status } from '../status.js'
import { startLab } from '../with-lab.js'

/** `handover lab`: starts the computer, lets other terminals use it, and ends on Ctrl-C or when it is switched off. */
export const run: Run = (terminal, asked) =>
  untilInterrupted(async (signal) => {
    await requireNoSession()
    const computer = await startLab(asked, signal)
    try {
      const server = await shareSession(computer)
      terminal.say([
        `The laboratory is up: QEMU ${computer.qemu.version}, Linux ${computer.kernel.version} (${computer.kernel.origin}).`,
        'In another terminal:',
        '  handover lab shell        a prompt in it',
        '  handover lab run FILE     a script in it',
        `Its serial console: ${computer.folder}/serial.log. Ctrl-C ends it.`,
      ])
      const interrupted = new Promise<void>((resolve) => {
        if (signal.aborted) resolve()
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
      await Promise.race([computer.ended(), interrupted])
      server.close()
      if (!signal.aborted) terminal.say(['The laboratory was switched off.'])
      return status.ok
    } finally {
      await computer.stop()
    }
  })
