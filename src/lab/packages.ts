import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cached } from './cache.js'
import { LabError } from './errors.js'
import { succeed } from './process.js'

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'

/**
 * Programs of another Debian release, with all that they need, unpacked in the cache and not installed. apt works on a
 * state of its own there: it checks signatures and checksums as always, and this machine's packages are not touched.
 * `marker` is a file that the unpacked folder must hold.
 */
export function unpackedPackages(
  name: string,
  suites: readonly string[],
  packages: readonly string[],
  marker: string,
  progress: (step: string) => void,
): Promise<string> {
  return cached(name, async (folder) => {
    const state = join(folder, 'apt')
    for (const part of ['etc/apt/preferences.d', 'state/lists/partial', 'cache/archives/partial']) {
      mkdirSync(join(state, part), { recursive: true })
    }
    const mirror = debianMirror()
    const sources = suites.map((suite) => `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`)
    writeFileSync(join(state, 'etc/apt/sources.list'), sources.join(''))
    writeFileSync(join(state, 'status'), '') // nothing is installed there, so that everything is fetched
    const options = {
      Dir: state,
      'Dir::State': 'state',
      'Dir::State::status': join(state, 'status'),
      'Dir::Cache': 'cache',
      'APT::Get::Assume-Yes': 'true',
      'APT::Install-Recommends': 'false',
      'APT::Default-Release': suites[0]!,
      'APT::Sandbox::User': '',
      'Debug::NoLocking': 'true',
    }
    const apt = [
      'apt-get',
      '-q',
      ...Object.entries(options).flatMap(([key, value]) => ['-o', `${key}=${value}`]),
    ]
    progress(`asking for ${packages.join(', ')} in ${suites[0]}`)
    await succeed([...apt, 'update'])
    progress(`downloading ${packages.join(', ')} from ${suites[0]}`)
    await succeed([...apt, '--download-only', 'install', ...packages])
    progress(`unpacking ${packages.join(', ')}`)
    const archives = join(state, 'cache/archives')
    for (const deb of readdirSync(archives)) {
      if (deb.endsWith('.deb')) await succeed(['dpkg-deb', '-x', join(archives, deb), folder])
    }
    rmSync(state, { recursive: true })
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
