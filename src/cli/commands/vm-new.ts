import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { shellWord } from '../../machine/index.js'
import {
  describeMachine,
  descriptionsFolder,
  machineWord,
  type Proposal,
  parseDescription,
  writeDescription,
} from '../../vm/index.js'
import { isSet, type Run, textOf } from '../command.js'
import { vmNewDocument } from '../documents/vm-new.js'
import { CliError, usageError } from '../errors.js'
import { checkFree, writeOutput } from '../output-file.js'
import { readAskedMachine } from '../reading.js'
import { status } from '../status.js'
import { paragraph } from '../text.js'
import { version } from '../version.js'
import { type NewDisk, wishOf } from '../vm-wish.js'

export const run: Run = async (terminal, asked) => {
  const [name = ''] = asked.arguments
  const json = isSet(asked, 'json')
  const force = isSet(asked, 'force')
  const output = textOf(asked, 'output')
  const isHere = textOf(asked, 'host') === undefined
  const isOwn = output === undefined && isHere && process.geteuid?.() === 0
  const file = output ?? (isOwn ? `${descriptionsFolder}/${name}.yaml` : `${name}.yaml`)
  const folder = file === '-' ? process.cwd() : dirname(resolve(file))

  const machine = await readAskedMachine(asked)
  const { wish, newDisks, problems: ofFiles } = wishOf(asked, machine, folder, isHere)
  if (!json && file !== '-') checkFree(file, force)
  const found = describeMachine(machine, wish)
  const proposal: Proposal = { ...found, problems: [...ofFiles, ...found.problems] }
  if (json) {
    terminal.printJson(vmNewDocument(name, proposal))
    return proposal.problems.length > 0 ? status.usage : status.ok
  }
  const [first, ...others] = proposal.problems
  if (first !== undefined) throw usageError(first, ...others)

  const text = writeDescription(headOf(proposal, file, machine.source), proposal.decisions)
  // What cannot stand together, such as a disk that was named twice, is found here.
  parseDescription(text, file)
  const makes = isHere && file !== '-'
  if (file === '-') terminal.printRaw(text)
  else {
    if (isOwn) makeFolder(descriptionsFolder)
    try {
      if (makes) for (const disk of newDisks) makeDisk(disk)
      writeOutput(file, text, force)
    } catch (error) {
      // None of them was there before: what qemu-img left half made would be taken for a disk the next time.
      if (makes) for (const { path } of newDisks) rmSync(path, { force: true })
      throw error
    }
  }
  for (const { path, size } of newDisks)
    terminal.say([
      makes
        ? `${path}: made, ${size}.`
        : `${path}: not made. To make it: qemu-img create ${creation(path, size).map(shellWord).join(' ')}`,
    ])
  terminal.say([
    ...proposal.notes.flatMap((note) => paragraph([`Note: ${note}.`], terminal.columns)),
    ...(file === '-' ? [] : [`${file}: read it, then: sudo handover vm start ${machineWord(file)}`]),
  ])
  return status.ok
}

function headOf(
  { notes }: Proposal,
  file: string,
  source: { readonly kind: string; readonly name: string },
): readonly string[] {
  const where = source.kind === 'live' ? 'this host' : source.name
  return [
    `Made by handover ${version()} for ${where}. Each setting can be changed; above it stands why it is so.`,
    ...(file === '-' ? [] : [`To start it: sudo handover vm start ${machineWord(file)}`]),
    ...notes.map((note) => `Note: ${note}.`),
  ]
}

const creation = (path: string, size: string) => ['-f', path.endsWith('.qcow2') ? 'qcow2' : 'raw', path, size]

/** QEMU's own program: it knows the format. Thin: it grows as it is written to. */
function makeDisk({ path, size }: NewDisk): void {
  const {
    error,
    status: ended,
    stderr,
  } = spawnSync('qemu-img', ['create', '-q', ...creation(path, size)], { encoding: 'utf8' })
  if (error)
    throw new CliError(status.failed, `cannot run qemu-img: ${(error as NodeJS.ErrnoException).code}`, [
      'install qemu-utils (Debian, Ubuntu) or qemu-img (Fedora, Arch), or make the disk by hand',
    ])
  if (ended !== 0)
    throw new CliError(status.failed, `qemu-img did not make ${path}`, stderr.trim().split('\n'))
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    throw new CliError(status.failed, `cannot make ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
}
