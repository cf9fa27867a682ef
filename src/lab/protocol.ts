/**
 * What the laboratory's computer and its agent say to each other: one JSON object a line, over a virtio-serial port.
 * Several commands run at once; each carries the number that its starter chose.
 */

/** To the agent. Bytes are base64. */
export type Request =
  | {
      readonly id: number
      readonly argv: readonly string[]
      readonly cwd?: string
      readonly env?: Record<string, string>
    }
  | { readonly id: number; readonly input: string }
  | { readonly id: number; readonly endOfInput: true }
  /** To the command's whole process group, as a terminal does on Ctrl-C. */
  | { readonly id: number; readonly signal: NodeJS.Signals }

/** From the agent. */
export type Reply =
  | { readonly ready: string }
  | { readonly id: number; readonly stdout: string }
  | { readonly id: number; readonly stderr: string }
  | { readonly id: number; readonly status: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly id: number; readonly failed: string }

/** The virtio-serial port's name. */
export const portName = 'handover.agent'

/** Splits a byte stream into its lines and gives each one parsed. */
export function lineReader<T>(onMessage: (message: T) => void): (chunk: Buffer) => void {
  let rest: Buffer[] = []
  return (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...rest, chunk.subarray(start, end)]).toString()
      rest = []
      start = end + 1
      if (line) onMessage(JSON.parse(line) as T)
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  }
}
