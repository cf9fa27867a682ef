import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CommandError } from './errors.js'

/**
 * The file system that changes outlive a restart in. Paths are absolute as on the host; the host may be mounted elsewhere.
 * What a method wrote is on the disk when it returns. Each method does one thing to the host, or a few that a crash between
 * leaves harmless, so that who comes after can tell what was done.
 */
export interface Disk {
  /** Whether it is the root of the system that runs, and not one that is mounted. */
  readonly running: boolean
  /** Replaces a file, or makes it with `mode`, and the folders above it that are missing. */
  replace(path: string, text: string, mode: number): Promise<void>
  /** Removes a file, and the folders above it that are then empty and in `folders`. Not being there is no failure. */
  remove(path: string, folders?: readonly string[]): void
  /** Removes what a crash left of a file that was being written. */
  tidy(path: string): void
  /** Copies a file with all its attributes, whole or not at all. */
  copy(from: string, to: string): Promise<void>
  exists(path: string): boolean
  /** SHA-256 of a file's bytes; null: not there. */
  hash(path: string): string | null
  read(path: string): string | null
  /** Names in a folder; none where it is not there. */
  list(path: string): readonly string[]
  /** Runs a command on the host. Rejects with {@link CommandError}. */
  run(argv: readonly string[]): Promise<void>
  /** Waits until no command that an earlier process of this program left behind is running. */
  settle(): Promise<void>
}

/** Where this program keeps what it must not lose. */
export const stateFolder = '/var/lib/handover'

export interface DiskOptions {
  /** Where the host's root is mounted. */
  readonly root?: string
  /** By default, whether {@link root} is `/`. */
  readonly running?: boolean
  /** Called before each thing that is done to the disk, for tests that end there. */
  readonly step?: (what: string) => void
  /** How a command is run on the host that is mounted there: by chroot(1). */
  readonly enter?: (argv: readonly string[]) => readonly string[]
}

export function liveDisk(options: DiskOptions = {}): Disk {
  const { root = '/', step = () => undefined } = options
  const enter = options.enter ?? ((argv) => (root === '/' ? argv : ['chroot', root, ...argv]))
  const at = (path: string) => join(root, path)
  /** A link is followed, so that the file it names is replaced and not the link. */
  const target = (path: string) => (existsSync(at(path)) ? realpathSync(at(path)) : at(path))
  const lock = at(`${stateFolder}/running`)

  function makeFolders(folder: string): void {
    if (existsSync(folder)) return
    makeFolders(dirname(folder))
    step(`mkdir ${folder}`)
    mkdirSync(folder, { mode: 0o755 })
    sync(dirname(folder))
  }

  function publish(temporary: string, path: string): void {
    sync(temporary)
    step(`rename ${path}`)
    renameSync(temporary, path)
    sync(dirname(path))
  }

  /** Beside the file, so that renaming is one step; a leftover of a crash is written over. */
  const temporaryOf = (path: string) => join(dirname(path), `.${basename(path)}.handover`)

  return {
    running: options.running ?? root === '/',
    async replace(path, text, mode) {
      const real = target(path)
      makeFolders(dirname(real))
      const temporary = temporaryOf(real)
      step(`write ${real}`)
      rmSync(temporary, { force: true })
      // The copy brings mode, owner, ACL and security label with it.
      const isNew = !existsSync(real)
      if (!isNew) await runCommand(['cp', '--preserve=all', real, temporary])
      const fd = openSync(temporary, 'w', mode)
      try {
        writeFileSync(fd, text)
      } finally {
        closeSync(fd)
      }
      if (isNew) chmodSync(temporary, mode)
      publish(temporary, real)
    },
    remove(path, folders = []) {
      const real = at(path)
      rmSync(temporaryOf(real), { force: true })
      step(`remove ${real}`)
      rmSync(real, { force: true })
      if (existsSync(dirname(real))) sync(dirname(real))
      for (const folder of folders.toSorted((a, b) => b.length - a.length)) {
        try {
          rmdirSync(at(folder))
        } catch {
          // Somebody put something else there, or it is gone.
        }
      }
    },
    tidy: (path) => rmSync(temporaryOf(target(path)), { force: true }),
    async copy(from, to) {
      const temporary = temporaryOf(at(to))
      makeFolders(dirname(at(to)))
      step(`copy ${from}`)
      rmSync(temporary, { force: true })
      await runCommand(['cp', '--preserve=all', '--reflink=auto', target(from), temporary])
      publish(temporary, existsSync(at(to)) ? target(to) : at(to))
    },
    exists: (path) => existsSync(at(path)),
    hash: (path) =>
      existsSync(at(path))
        ? createHash('sha256')
            .update(readFileSync(at(path)))
            .digest('hex')
        : null,
    read: (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : null),
    list: (path) => (existsSync(at(path)) ? readdirSync(at(path)) : []),
    async run(argv) {
      makeFolders(dirname(lock))
      step(`run ${argv.join(' ')}`)
      // flock(1) holds the lock for as long as the command runs, even where this process is killed meanwhile.
      await runCommand(['flock', lock, ...enter(argv)])
    },
    async settle() {
      if (existsSync(lock)) await runCommand(['flock', lock, 'true'])
    },
  }
}

/** Brings a file, or the names in a folder, to the disk. */
export function sync(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Runs a command without a shell. sudo and cron may leave the folders of root's programs out of PATH. */
export function runCommand(argv: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`
    const child = spawn(argv[0]!, argv.slice(1), {
      env: { ...process.env, PATH, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.on('error', (error) => reject(new CommandError(argv, error.message)))
    child.on('close', (status, signal) => {
      if (status === 0) resolve()
      else
        reject(
          new CommandError(
            argv,
            Buffer.concat(said).toString() || `it ended with ${signal ?? `status ${status}`}`,
          ),
        )
    })
  })
}
