import { spawnSync } from 'node:child_process'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import {
  DescriptionError,
  descriptionFile,
  findRun,
  isRunning,
  parseDescription,
  requireOwnName,
} from '../../vm/index.js'
import type { Run } from '../command.js'
import { confirm } from '../confirm.js'
import { CliError } from '../errors.js'
import { replaceFile } from '../output-file.js'
import { status } from '../status.js'

/** `handover vm edit MACHINE`: an editor on a copy, which takes the place of the description only where that has no mistake. */
export const run: Run = async (terminal, asked) => {
  const [word] = asked.arguments as [string]
  const file = descriptionFile(word)
  const before = read(file)
  const folder = mkdtempSync(join(tmpdir(), 'handover-edit-'))
  const copy = join(folder, basename(file))
  writeFileSync(copy, before, { mode: 0o600 })
  const keep = (why: string): never => {
    throw new CliError(status.usage, `${file} is as it was: ${why}`, [`what you wrote is kept in ${copy}`])
  }
  for (;;) {
    edit(copy, keep)
    const text = readFileSync(copy, 'utf8')
    if (text === before) {
      terminal.say(['Nothing was changed.'])
      break
    }
    const problems = problemsOf(text, file)
    if (problems.length === 0) {
      if (read(file) !== before) keep('somebody else has changed it meanwhile')
      replaceFile(file, text)
      const { name } = parseDescription(text, file)
      const current = findRun(name)
      terminal.say([
        `${file} is saved.`,
        ...(current && isRunning(current) ? [`${name} runs: this counts from its next start on.`] : []),
      ])
      break
    }
    terminal.say(problems)
    if (!terminal.interactive || !process.stdin.isTTY) keep('it has mistakes')
    if (!(await confirm(terminal, 'Edit it again?', new AbortController().signal))) keep('it has mistakes')
  }
  rmSync(folder, { recursive: true })
  return status.ok
}

function problemsOf(text: string, file: string): readonly string[] {
  try {
    requireOwnName(parseDescription(text, file), file)
    return []
  } catch (error) {
    if (!(error instanceof DescriptionError)) throw error
    return error.problems
  }
}

/** As a person's shell would start it: VISUAL and EDITOR may hold arguments. */
function edit(copy: string, keep: (why: string) => never): void {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi'
  const { status: code, signal } = spawnSync('sh', ['-c', `${editor} "$1"`, 'sh', copy], { stdio: 'inherit' })
  if (code !== 0) keep(`${editor} ended with ${signal ?? `status ${code}`}`)
}

function read(file: string): string {
  try {
    accessSync(file, constants.W_OK)
    if (statSync(file).isFile()) accessSync(dirname(file), constants.W_OK)
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT')
      throw new CliError(status.noSuchDevice, `there is no ${file}`, ['handover vm list lists what there is'])
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
    throw new CliError(denied ? status.privilege : status.failed, `${file} cannot be changed: ${code}`)
  }
}
