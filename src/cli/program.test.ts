import { describe, expect, it } from 'vitest'
import { keepingTerminal } from '../../test/support/terminal.js'
import type { Command } from './command.js'
import { commands } from './commands.js'
import { CliError } from './errors.js'
import { runProgram } from './program.js'
import { status } from './status.js'
import { displayWidth } from './text.js'

async function run(argv: readonly string[], table: readonly Command[] = commands, columns?: number) {
  const terminal = keepingTerminal(columns)
  return { status: await runProgram(table, argv, terminal), ...terminal.kept }
}

describe('help', () => {
  const shown = commands.filter(({ hidden }) => !hidden)

  it.each(shown.map((command) => [command.name, command] as const))(
    'of %s begins with an example, ends with the next command, and fits 80 columns',
    async (name, { examples, next, options = [] }) => {
      const { status: result, out, err } = await run([...name.split(' '), '--help'], commands, 80)
      expect({ result, err }).toEqual({ result: status.ok, err: '' })
      const lines = out.trimEnd().split('\n')
      expect(lines[0]).toContain(examples[0]![0])
      expect(lines.at(-1)).toBe(`Next   ${next}`)
      for (const { long } of options) expect(out).toContain(`--${long}`)
      // A command line is not broken, so that it can be copied.
      const whole = new Set([...examples.map(([line]) => `  ${line}`), lines.at(-1)])
      for (const line of lines) if (!whole.has(line)) expect(displayWidth(line)).toBeLessThanOrEqual(80)
    },
  )

  it.each(
    shown.flatMap(({ name, examples, next }) =>
      [...examples.map(([line]) => line), next].map((line) => [name, line] as const),
    ),
  )('of %s names a command that there is: %s', (_, line) => {
    const words = line
      .split('|')
      .find((part) => part.includes('handover '))!
      .trim()
      .replace(/^sudo /, '')
      .split(/\s+/)
    expect(words[0]).toBe('handover')
    const [first, second] = [words[1]!, words[2]]
    const command =
      commands.find(({ name }) => name === `${first} ${second}`) ??
      commands.find(({ name }) => name === first)
    expect(command, line).toBeDefined()
    const known = new Set((command!.options ?? []).flatMap(({ long, short }) => [`--${long}`, `-${short}`]))
    for (const word of words) if (/^--?[a-z]/.test(word)) expect([...known, '--help']).toContain(word)
  })

  it('of a command of two words is what help and both of them give', async () => {
    const { out } = await run(['help', 'lab', 'run'], commands, 80)
    expect(out).toBe((await run(['lab', 'run', '--help'], commands, 80)).out)
    expect(out).toContain('handover lab run')
    expect(await run(['help', 'nosuch'], commands, 80)).toMatchObject({
      status: status.usage,
      err: expect.stringContaining('nosuch'),
    })
  })

  it.each([[[]], [['--help']], [['-h']], [['help']]])('of the program is what %j gives', async (argv) => {
    const { status: result, out } = await run(argv)
    expect(result).toBe(status.ok)
    for (const { name } of shown) expect(out).toContain(`  ${name} `)
    for (const { name } of commands.filter(({ hidden }) => hidden)) expect(out).not.toContain(`  ${name} `)
  })

  it('of a word that only begins others lists those', async () => {
    const table: Command[] = [
      {
        name: 'one two',
        summary: 'does it',
        examples: [['handover one two', 'do it']],
        next: 'handover one two',
        load: never,
      },
    ]
    const { status: result, out } = await run(['one'], table)
    expect({ result, out }).toMatchObject({
      result: status.ok,
      out: expect.stringContaining('  one two  does it'),
    })
  })
})

const never = async () => {
  throw new Error('must not be loaded')
}

describe('wrong usage ends with 64, says what is wrong and suggests', () => {
  it.each([
    [['devcies'], "unknown command 'devcies'", 'devices'],
    [['devices', '--jsn'], "unknown option '--jsn'", '--json'],
    [['devices', 'extra'], 'too many arguments', ''],
    [['show'], "missing required argument 'DEVICE'", ''],
    [['rom', '01:00.0'], "required option '-o, --output <FILE>' not specified", ''],
    [['devices', '--host'], "option '--host <FILE>' argument missing", ''],
    [['show', 'card'], 'card is not the form of any device', 'gpu, usb, nvme'],
    [
      ['bind', '00:00.0', '--accept', 'everything'],
      '--accept everything: there is no such role',
      'root-disk',
    ],
    [['plan', 'gpu', '--by-id'], 'it goes with --boot', ''],
    [['schema', 'nothing'], 'there is no schema nothing', 'devices'],
    [['completion', 'tcsh'], 'no completion for tcsh', 'bash'],
    [['devices', '--host', '/nonexistent'], '/nonexistent: cannot be read', ''],
  ])('%j', async (argv, message, hint) => {
    const { status: result, out, err } = await run(argv)
    expect({ result, out }).toEqual({ result: status.usage, out: '' })
    expect(err).toMatch(/^handover: /)
    expect(err).toContain(message)
    expect(err).toContain(hint)
  })

  it('shows harmlessly what was typed', async () => {
    expect((await run(['\x1b[2J'])).err).toBe("handover: unknown command '\\x1b[2J'\n")
  })
})

describe('a command', () => {
  const command = (work: () => number | Promise<number>): Command[] => [
    {
      name: 'try',
      summary: 'tries',
      examples: [['handover try', 'try']],
      next: 'handover try',
      load: async () => ({ run: work }),
    },
  ]

  it('gives its status', async () => {
    expect(
      (
        await run(
          ['try'],
          command(() => status.pending),
        )
      ).status,
    ).toBe(status.pending)
  })

  it.each([
    [
      new CliError(status.privilege, 'no', ['run it as root']),
      status.privilege,
      'handover: no\n  run it as root\n',
    ],
    [
      Object.assign(new Error('/x: no'), { name: 'OpenHostError', code: 'EACCES' }),
      status.privilege,
      'handover: /x: no\n',
    ],
    [
      Object.assign(new Error('two\nlines'), { name: 'RefusedError' }),
      status.refused,
      'handover: two\n  lines\n',
    ],
    [
      Object.assign(new Error('held'), {
        name: 'ChangeFailedError',
        notPutBack: [],
        cause: Object.assign(new Error('held'), { name: 'HeldError' }),
      }),
      status.refused,
      'handover: held\n',
    ],
    [
      Object.assign(new Error('half'), {
        name: 'ChangeFailedError',
        notPutBack: [{}],
        cause: Object.assign(new Error('held'), { name: 'HeldError' }),
      }),
      status.failed,
      'handover: half\n',
    ],
  ])('that throws %o ends with %i', async (error, result, err) => {
    const work = () => {
      throw error
    }
    expect(await run(['try'], command(work))).toEqual({ status: result, out: '', err })
  })

  it('that throws what nobody foresaw is said to be defective, with where', async () => {
    const work = () => {
      throw new TypeError('x is not a function')
    }
    const { status: result, err } = await run(['try'], command(work))
    expect(result).toBe(status.failed)
    expect(err).toContain('handover: x is not a function\n  This is a defect of handover.')
    expect(err).toContain('program.test.ts')
  })
})

it('the version is that of the package', async () => {
  expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
})
