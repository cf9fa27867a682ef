import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { graphicsDriver } from '../qemu/graphics.js'
import { audioDrivers } from '../qemu/sound.js'
import { type Description, DescriptionError } from './description.js'

/**
 * Throws {@link DescriptionError} where a file that the machine needs cannot be read, or cannot be written and will be: better
 * before anything is changed.
 */
export function requireFiles(description: Description): void {
  const { kernel, initrd, firmware, disks, devices, input, network } = description
  const { code, vars } = firmware === 'bios' ? {} : firmware
  const read = [
    kernel,
    initrd,
    code,
    // Made where it is missing.
    vars !== undefined && existsSync(vars) ? vars : undefined,
    ...disks.map(({ file }) => file),
    ...devices.map(({ rom }) => rom || undefined),
  ]
  const written = [...disks.flatMap(({ file, readonly }) => (readonly ? [] : [file])), ...input]
  const problems: string[] = []
  const require = (file: string | undefined, mode: number, word: string) => {
    if (file === undefined) return
    try {
      accessSync(file, mode)
      if (word === 'read' && statSync(file).isDirectory())
        problems.push(`cannot read ${file}: it is a folder`)
    } catch (error) {
      problems.push(`cannot ${word} ${file}: ${(error as NodeJS.ErrnoException).code}`)
    }
  }
  for (const file of [...read, ...input]) require(file, constants.R_OK, 'read')
  for (const file of written)
    if (file !== undefined && existsSync(file)) require(file, constants.W_OK, 'write')
  for (const { bridge } of network) {
    if (bridge !== undefined && !existsSync(`/sys/class/net/${bridge}/bridge`))
      problems.push(`there is no bridge ${bridge}: /sys/class/net/${bridge}/bridge is missing`)
  }
  if (problems.length > 0) throw new DescriptionError(problems)
}

/** Programs beside QEMU, and what Debian, Fedora and Arch call their packages. */
const programs: readonly {
  readonly program: string
  readonly setting: string
  readonly isNeeded: (description: Description) => boolean
  readonly packages: string
}[] = [
  {
    program: 'swtpm',
    setting: 'tpm',
    isNeeded: ({ tpm }) => tpm !== undefined,
    packages: 'Debian, Fedora, Arch: swtpm',
  },
  {
    program: 'taskset',
    setting: 'cpus',
    isNeeded: ({ cpus }) => cpus.pin !== undefined || cpus.others !== undefined,
    packages: 'Debian, Arch: util-linux; Fedora: util-linux-core',
  },
]

/**
 * What QEMU may lack, as distributions leave it out or put it into packages of their own: the setting that needs it, a question
 * to QEMU, and what then stands in the answer (its exit status says nothing).
 */
function* parts(description: Description): Iterable<readonly [string, readonly string[], RegExp]> {
  const { sound, display, graphics, usb, tpm } = description
  const device = (driver: string) =>
    [['-device', `${driver},help`], new RegExp(`^${driver} options`, 'm')] as const
  const card = graphicsDriver(description)
  if (sound) yield [`sound: ${sound}`, ['-audiodev', 'help'], new RegExp(`^${audioDrivers[sound]}$`, 'm')]
  if (display === 'spice') yield ['display: spice', ['-spice', 'help'], /^spice options/m]
  if (card) yield [`graphics: ${graphics}`, ...device(card)]
  if (usb.length > 0) yield ['usb', ...device('usb-host')]
  if (tpm) yield ['tpm', ...device('tpm-crb')]
}

/**
 * Throws {@link DescriptionError} where a program is not installed that the machine needs, or QEMU is without a part that it
 * needs.
 */
export function requirePrograms(description: Description): void {
  const { qemu } = description
  const problems = programs.flatMap(({ program, setting, isNeeded, packages }) =>
    isNeeded(description) && !isInstalled(program)
      ? [`${program} is not installed, which ${setting} needs (${packages})`]
      : [],
  )
  if (!isInstalled(qemu)) problems.push(`${qemu} is not installed`)
  else {
    for (const [setting, question, answer] of parts(description)) {
      if (!answer.test(spawnSync(qemu, question, { encoding: 'utf8' }).stdout))
        problems.push(
          `${setting}: this QEMU is without it: ${[qemu, ...question].join(' ')} does not name it`,
        )
    }
  }
  if (problems.length > 0) throw new DescriptionError(problems)
}

function isInstalled(program: string): boolean {
  return programPath(program) !== undefined
}

/** Where a program is, as execvp(3) finds it; undefined: nowhere. */
export function programPath(program: string): string | undefined {
  const places = program.includes('/')
    ? [program]
    : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', program))
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK)
      return statSync(place).isFile()
    } catch {
      return false
    }
  })
}
