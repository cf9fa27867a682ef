/** Files that stand for a host's, settings and what a command makes of them, for tests that change them for real. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Attribute, Configuration } from '../../src/changes/index.js'

const roots: string[] = []
export function removeRoots(): void {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true })
}

/** A host's files below a folder: settings, what a command makes of them, and that command. */
export function madeRoot() {
  const root = mkdtempSync(join(tmpdir(), 'handover-plan-'))
  roots.push(root)
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
    chmodSync(join(root, path), mode)
  }
  put('/etc/default/grub', '# mine\nTIMEOUT=5\n', 0o640)
  put('/boot/menu', 'made of: # mine\n')
  put('/boot/second', 'second\n')
  // Two files, one after the other, with a moment between at which it can fail.
  put(
    '/bin/make',
    'cat etc/default/grub > boot/menu; [ ! -e fail ] || exit 1; echo "2: $(cat boot/menu)" > boot/second; echo > boot/third\n',
  )
  // What a running program knows of the settings, and what the kernel does.
  put('/told', '# mine\nTIMEOUT=5\n')
  put('/bin/tell', '[ ! -e deaf ] || exit 1; cp etc/default/grub told\n')
  put('/sys/pages', '4\n')
  return { root, put }
}

export const pages: Attribute = {
  kind: 'attribute',
  title: 'huge pages',
  path: '/sys/pages',
  before: '4',
  after: '512',
  ifLess: 'ask for less',
}

export const change: Configuration = {
  kind: 'configuration',
  id: 'command-line',
  title: 'kernel command line',
  edits: [
    {
      path: '/etc/default/grub',
      before: '# mine\nTIMEOUT=5\n',
      after: '# mine\nTIMEOUT=5\nX=1\n',
      mode: 0o644,
      folders: [],
    },
    {
      path: '/etc/new.d/deep/one.cfg',
      before: null,
      after: 'new\n',
      mode: 0o755,
      folders: ['/etc/new.d', '/etc/new.d/deep'],
    },
  ],
  commands: [
    {
      run: ['sh', 'bin/make'],
      rewrites: ['/boot/menu', '/boot/second', '/boot/third'],
      family: { folder: '/boot', names: '^menu' },
    },
    { run: ['sh', 'bin/tell'], rewrites: [], tells: true },
  ],
}

/** Everything but the journal: paths, permissions, texts. */
export function snapshot(root: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {}
  const look = (folder: string) => {
    for (const name of readdirSync(join(root, folder))) {
      const path = join(folder, name)
      if (path === '/var') continue
      const stat = statSync(join(root, path))
      found[path] = stat.isDirectory()
        ? 'folder'
        : `${stat.mode.toString(8)} ${readFileSync(join(root, path), 'utf8')}`
      if (stat.isDirectory()) look(path)
    }
  }
  look('/')
  return found
}
