import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.js'
import { LabError } from './errors.js'
import { finish, succeed } from './process.js'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/** apt, of this machine or with a state of its own. */
export class Apt {
  private constructor(
    private readonly options: readonly string[],
    readonly name: string,
  ) {}

  private static readonly own = new Apt([], "this machine's apt")

  /**
   * Runs `work` with an apt for other Debian releases, the first one preferred. It checks signatures and checksums as always;
   * this machine's packages and lists are not touched.
   */
  static async forSuites<T>(suites: readonly string[], work: (apt: Apt) => Promise<T>): Promise<T> {
    const state = mkdtempSync(join(tmpdir(), 'handover-apt-'))
    try {
      for (const part of ['etc/apt/preferences.d', 'state/lists/partial', 'cache/archives/partial']) {
        mkdirSync(join(state, part), { recursive: true })
      }
      const mirror = debianMirror()
      const sources = suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`)
      writeFileSync(join(state, 'etc/apt/sources.list'), sources.join(''))
      writeFileSync(join(state, 'status'), '') // nothing is installed there, so that all dependencies are fetched
      const options = {
        Dir: state,
        'Dir::State': 'state',
        'Dir::State::status': join(state, 'status'),
        'Dir::Cache': 'cache',
        'APT::Install-Recommends': 'false',
        'APT::Default-Release': suites[0]!,
        'APT::Sandbox::User': '',
        'Debug::NoLocking': 'true',
      }
      const apt = new Apt(
        Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
        suites[0]!,
      )
      await succeed(['apt-get', '-q', ...apt.options, 'update'])
      return await work(apt)
    } finally {
      rmSync(state, { recursive: true })
    }
  }

  /**
   * With this machine's own apt; its lists may be missing or name versions that are gone, so they are fetched anew (which
   * needs root) when the work fails.
   */
  static async withOwn<T>(work: (apt: Apt) => Promise<T>): Promise<T> {
    try {
      return await work(Apt.own)
    } catch (error) {
      const update = ['apt-get', '-q', 'update']
      const { status } = await finish(process.getuid?.() === 0 ? update : ['sudo', '-n', ...update])
      if (status !== 0) throw error
      return work(Apt.own)
    }
  }

  /** Names of the packages that `name` depends on; undefined where apt knows no such package. */
  async dependencies(name: string): Promise<string[] | undefined> {
    const { status, stdout } = await finish(['apt-cache', ...this.options, 'show', '--no-all-versions', name])
    if (status !== 0) return undefined
    const depends = /^Depends: (.*)$/m.exec(stdout.toString())?.[1] ?? ''
    return depends.split(',').map((one) => one.trim().split(' ')[0]!)
  }

  /** Downloads packages and unpacks them (does not install them) in `folder`. */
  async unpack(packages: readonly string[], folder: string): Promise<void> {
    const archives = mkdtempSync(join(folder, '.archives-'))
    await succeed(['apt-get', '-q', ...this.options, 'download', ...packages], { cwd: archives })
    await unpackAll(archives, folder)
    rmSync(archives, { recursive: true })
  }

  /** The same with all that they need. */
  async unpackWithDependencies(packages: readonly string[], folder: string): Promise<void> {
    const archives = mkdtempSync(join(folder, '.archives-'))
    mkdirSync(join(archives, 'partial'))
    const download = ['--download-only', '-y', '-o', `Dir::Cache::archives=${archives}`]
    await succeed(['apt-get', '-q', ...this.options, ...download, 'install', ...packages])
    await unpackAll(archives, folder)
    rmSync(archives, { recursive: true })
  }
}

async function unpackAll(archives: string, folder: string): Promise<void> {
  for (const name of readdirSync(archives)) {
    if (name.endsWith('.deb')) await succeed(['dpkg-deb', '-x', join(archives, name), folder])
  }
}

/** Programs of another Debian release with all that they need, unpacked in the cache. `marker`: a file that must be there then. */
export function unpackedPrograms(
  name: string,
  suites: readonly string[],
  packages: readonly string[],
  marker: string,
  progress: (step: string) => void,
): Promise<string> {
  return cached(name, async (folder) => {
    progress(`downloading ${packages.join(', ')} from ${suites[0]}`)
    await Apt.forSuites(suites, (apt) => apt.unpackWithDependencies(packages, folder))
    return [marker]
  })
}

/** The mirror that this machine's own apt uses. */
function debianMirror(): string {
  const files = ['/etc/apt/sources.list', ...list('/etc/apt/sources.list.d')]
  for (const file of files) {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      continue
    }
    const found = /^(?:URIs:|deb\s+(?:\[[^\]]*\]\s+)?)\s*(https?:\/\/\S+\/debian)\/?(?:\s|$)/m.exec(text)
    if (found) return found[1]!
  }
  throw new LabError(
    `no Debian mirror in ${files.join(', ')}: packages of another Debian release can only be had on Debian`,
  )
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name))
  } catch {
    return []
  }
}
