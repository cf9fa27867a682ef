/**
 * Progress of something longer than a second, on stderr: a line that moves on a terminal, plain lines elsewhere.
 */

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

export interface Progress {
  /** A step begins; the one before it is done. */
  step(text: string): void
  /** Writes a line above the moving one. */
  line(text: string): void
  /** The last step is done (or failed: its line then stays as it is). */
  end(failed?: boolean): void
}

export function startProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const moves = stream.isTTY && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
  let text: string | undefined
  let began = 0
  let frame = 0
  let timer: NodeJS.Timeout | undefined

  const seconds = () => `${((Date.now() - began) / 1000).toFixed(1)} s`
  const draw = () => {
    const line = `${frames[frame++ % frames.length]} ${text}  ${seconds()}`
    stream.write(`\r\x1b[K${line.slice(0, (stream.columns || 80) - 1)}`)
  }
  const done = (mark: string) => {
    if (text === undefined) return
    if (moves) stream.write(`\r\x1b[K${mark} ${text}  ${seconds()}\n`)
    text = undefined
    clearInterval(timer)
  }
  return {
    step(next) {
      done('✓')
      text = next
      began = Date.now()
      if (!moves) {
        stream.write(`${next}\n`)
        return
      }
      draw()
      timer = setInterval(draw, 100)
      timer.unref()
    },
    line(line) {
      if (moves && text !== undefined) stream.write('\r\x1b[K')
      stream.write(`${line}\n`)
      if (moves && text !== undefined) draw()
    },
    end: (failed = false) => done(failed ? '✗' : '✓'),
  }
}
