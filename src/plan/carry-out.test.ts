import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { change, madeRoot, pages, removeRoots, snapshot } from '../../test/support/made-root.js'
import { type Change, type Configuration, type Context, liveDisk } from '../changes/index.js'
import type { WritableHost } from '../host/index.js'
import { liveHost } from '../host/index.js'
import { carryOut, isOver, undoEntry } from './carry-out.js'
import { type Entry, readJournal } from './journal.js'

afterEach(removeRoots)

class Crash extends Error {}

/** Tools for the host below `root`. `crashAt`: the power is cut before that step, and nothing more reaches the disk. */
function tools(root: string, crashAt = Number.POSITIVE_INFINITY, running = true) {
  let steps = 0
  const step = () => {
    if (steps++ >= crashAt) throw new Crash('cut')
  }
  const rooted: WritableHost = {
    ...liveHost(),
    readText: (path) => liveHost().readText(join(root, path)),
    readBytes: (path) => liveHost().readBytes(join(root, path)),
    list: (path) => liveHost().list(join(root, path)),
  }
  const made: Omit<Context, 'keptIn'> = {
    host: rooted,
    disk: liveDisk({ root, running, step, enter: (argv) => ['env', '-C', root, ...argv] }),
    writer: {
      async write({ path, text }) {
        step()
        writeFileSync(join(root, path), `${text}\n`)
        return 'done'
      },
      close: () => undefined,
    },
    limits: { closeMs: 0, writeMs: 0 },
    privileged: true,
    report: () => undefined,
    run: () => Promise.resolve(),
  }
  const options = { root, asked: 'handover apply plan.json', awaits: { functions: [], words: ['x'] }, step }
  return { made, options, count: () => steps }
}

const apply = (root: string, crashAt?: number, changes: readonly Change[] = [pages, change]) => {
  const { made, options, count } = tools(root, crashAt)
  return carryOut({ changes, refusals: [] }, made, options).then(count)
}
const undoLast = (root: string, crashAt?: number) => {
  const { made, options } = tools(root, crashAt)
  return undoEntry(readJournal(root).at(-1)!, made, options)
}

describe('a configuration', () => {
  it('is made, and undone without a trace', async () => {
    const { root } = madeRoot()
    const before = snapshot(root)
    await apply(root)
    expect(snapshot(root)).toMatchObject({
      '/etc/default/grub': '100640 # mine\nTIMEOUT=5\nX=1\n',
      '/etc/new.d/deep/one.cfg': '100755 new\n',
      '/boot/menu': '100644 # mine\nTIMEOUT=5\nX=1\n',
      '/told': '100644 # mine\nTIMEOUT=5\nX=1\n',
      '/sys/pages': '100644 512\n',
    })
    expect(readJournal(root)).toMatchObject([
      { state: 'applied', head: { id: 1, asked: 'handover apply plan.json', awaits: { words: ['x'] } } },
    ])
    await undoLast(root)
    expect(snapshot(root)).toEqual(before)
    expect(readJournal(root)).toMatchObject([{ state: 'undone' }])
    expect(
      execFileSync('find', [join(root, 'var/lib/handover'), '-type', 'f'], { encoding: 'utf8' }),
    ).not.toContain('boot')
  })

  it('made twice is made once', async () => {
    const { root } = madeRoot()
    await apply(root)
    const after = snapshot(root)
    await apply(root)
    expect(snapshot(root)).toEqual(after)
    expect(readJournal(root)).toHaveLength(1)
  })

  it('is put back where its command fails half-way', async () => {
    const { root, put } = madeRoot()
    put('/fail', '')
    const before = snapshot(root)
    await expect(apply(root)).rejects.toThrow('sh bin/make failed')
    expect(snapshot(root)).toEqual(before)
    expect(readJournal(root)).toMatchObject([{ state: 'undone' }])
  })

  it('is put back where a running program cannot be told, which is told when it can', async () => {
    const { root, put } = madeRoot()
    const before = snapshot(root)
    put('/deaf', '')
    await expect(apply(root)).rejects.toThrow('sh bin/tell failed')
    expect(readJournal(root)).toMatchObject([{ state: 'half-done' }])
    rmSync(join(root, '/deaf'))
    await undoLast(root)
    expect(snapshot(root)).toEqual(before)
  })

  it('tells no program of a computer that does not run', async () => {
    const { root } = madeRoot()
    const { made, options } = tools(root, undefined, false)
    await carryOut({ changes: [change], refusals: [] }, made, options)
    expect(snapshot(root)['/told']).toBe('100644 # mine\nTIMEOUT=5\n')
    await undoEntry(readJournal(root)[0]!, made, options)
    expect(snapshot(root)).toEqual(snapshot(madeRoot().root))
  })

  it('that is in /run is over after a restart, as what the kernel holds is', () => {
    const entry = { head: { bootId: 'another' } } as Entry
    const [edit] = change.edits
    const inRun = { ...change, edits: [{ ...edit!, path: '/run/systemd/system/a.conf' }] }
    const noFile = { ...change, edits: [] }
    expect([change, inRun, pages, noFile].map((one) => isOver(entry, one))).toEqual([
      false,
      true,
      true,
      false,
    ])
  })

  it('is not made where things are not as they were planned for', async () => {
    const { root, put } = madeRoot()
    put('/etc/default/grub', 'another\n')
    const before = snapshot(root)
    await expect(apply(root)).rejects.toMatchObject({ name: 'StaleError' })
    expect(snapshot(root)).toEqual(before)
  })

  it('is not undone over what somebody changed since', async () => {
    const { root, put } = madeRoot()
    await apply(root)
    put('/etc/default/grub', 'edited since\n')
    await expect(undoLast(root)).rejects.toThrow('/etc/default/grub has been changed since')
    expect(readFileSync(join(root, '/etc/default/grub'), 'utf8')).toBe('edited since\n')
  })

  it('has its files made anew where they were since', async () => {
    const { root, put } = madeRoot()
    await apply(root)
    put('/boot/menu', 'made anew by an update\n')
    await undoLast(root)
    // Not the copy of before: the command made it again, of the settings as they are.
    expect(readFileSync(join(root, '/boot/menu'), 'utf8')).toBe('# mine\nTIMEOUT=5\n')
    expect(existsSync(join(root, '/etc/new.d'))).toBe(false)
  })

  it('has all made anew where one more was made of them since', async () => {
    const { root, put } = madeRoot()
    await apply(root)
    // Of a new kernel: the old ones are as they were made.
    put('/boot/menu-2', 'made of the edits\n')
    put('/bin/make', 'for file in boot/menu*; do cp etc/default/grub "$file"; done\n')
    await undoLast(root)
    expect(readFileSync(join(root, '/boot/menu-2'), 'utf8')).toBe('# mine\nTIMEOUT=5\n')
  })
})

describe('what lies in no file that could be copied', () => {
  /** As rpm-ostree has the kernel's line: a command adds words to it, another takes them away. */
  const words: Configuration = {
    kind: 'configuration',
    id: 'command-line',
    title: 'kernel command line',
    edits: [],
    commands: [
      {
        run: ['sh', 'bin/words', 'add'],
        rewrites: [],
        shownBy: { words: ['on'], file: '/run/staged', folder: '/boot/entries', names: '^entry-' },
      },
    ],
    takeBack: [['sh', 'bin/words', 'delete']],
  }
  const stranger = () => {
    const made = madeRoot()
    made.put('/boot/entries/entry-1', 'options quiet\n')
    made.put(
      '/bin/words',
      'case $1 in add) grep -qw on run/staged 2>/dev/null || { mkdir -p run; printf "kargs\\000on\\000" > run/staged; } ;; delete) rm -f run/staged ;; esac\n',
    )
    return made
  }
  const undoAll = async (root: string) => {
    for (const entry of readJournal(root)) {
      const { made, options } = tools(root)
      await undoEntry(entry, made, options)
    }
  }

  it('is made once, and taken back by a command', async () => {
    const { root } = stranger()
    const before = { ...snapshot(root), '/run': 'folder' }
    await apply(root, undefined, [words])
    expect(existsSync(join(root, 'run/staged'))).toBe(true)
    await apply(root, undefined, [words])
    expect(readJournal(root)).toHaveLength(1)
    await undoLast(root)
    expect(snapshot(root)).toEqual(before)
  })

  it('counts where it is to start next: what is staged, else the entry with the highest number', async () => {
    const { root, put } = stranger()
    put('/boot/entries/entry-9', 'options on\n')
    put('/boot/entries/entry-10', 'options quiet\n')
    await apply(root, undefined, [words])
    expect(readJournal(root)).toHaveLength(1)
    rmSync(join(root, 'run/staged'))
    put('/boot/entries/entry-10', 'options quiet on\n')
    await apply(root, undefined, [words])
    expect(readJournal(root)).toHaveLength(1)
  })

  it('is made where the files that its command makes are not there', async () => {
    const { root } = madeRoot()
    const before = snapshot(root)
    const copy: Configuration = {
      ...words,
      commands: [{ run: ['cp', 'boot/menu', 'boot/copy'], rewrites: ['/boot/copy'] }],
      takeBack: [],
    }
    await apply(root, undefined, [copy])
    expect(readFileSync(join(root, 'boot/copy'), 'utf8')).toBe('made of: # mine\n')
    await apply(root, undefined, [copy])
    expect(readJournal(root)).toHaveLength(1)
    await undoLast(root)
    expect(snapshot(root)).toEqual(before)
  })

  it('is taken back after a cut of the power at any step', async () => {
    const steps = await apply(stranger().root, undefined, [words])
    expect(steps).toBeGreaterThan(5)
    for (let at = 0; at < steps; at++) {
      const { root } = stranger()
      await apply(root, at, [words]).catch(() => undefined)
      await undoAll(root)
      expect(existsSync(join(root, 'run/staged')), `cut before step ${at}`).toBe(false)
    }
    for (let at = 0, cut = true; cut; at++) {
      const { root } = stranger()
      await apply(root, undefined, [words])
      cut = await undoLast(root, at).then(
        () => false,
        () => true,
      )
      await undoLast(root)
      expect(existsSync(join(root, 'run/staged')), `cut before step ${at}`).toBe(false)
    }
  })
})

describe('a file that others may remove', () => {
  it('stays away when all is undone', async () => {
    const { root, put } = madeRoot()
    put('/boot/entries/old', 'quiet\n')
    const edit = { before: 'quiet\n', after: 'quiet on\n', mode: 0o644, folders: [] }
    const entries: Configuration = {
      ...change,
      edits: [...change.edits, { ...edit, path: '/boot/entries/old', mayGo: true }],
    }
    const before = snapshot(root)
    await apply(root, undefined, [entries])
    rmSync(join(root, 'boot/entries/old'))
    await undoLast(root)
    const { '/boot/entries/old': _, ...left } = before
    expect(snapshot(root)).toEqual(left)
  })
})

describe('a cut of the power', () => {
  const count = async () => apply(madeRoot().root)

  it('at any step of making leaves nothing that the next undoing does not put back', async () => {
    const steps = await count()
    expect(steps).toBeGreaterThan(15)
    for (let at = 0; at < steps; at++) {
      const { root } = madeRoot()
      const before = snapshot(root)
      await apply(root, at).catch(() => undefined)
      for (const entry of readJournal(root)) {
        const { made, options } = tools(root)
        await undoEntry(entry, made, options)
      }
      expect(snapshot(root), `cut before step ${at}`).toEqual(before)
    }
  })

  it('at any step of making leaves nothing that the next making does not mend', async () => {
    const whole = madeRoot()
    const steps = await apply(whole.root)
    for (let at = 0; at < steps; at++) {
      const { root } = madeRoot()
      await apply(root, at).catch(() => undefined)
      await apply(root)
      expect(snapshot(root), `cut before step ${at}`).toEqual(snapshot(whole.root))
    }
  })

  it('at any step of undoing leaves nothing that undoing again does not put back', async () => {
    for (let at = 0, cut = true; cut; at++) {
      const { root } = madeRoot()
      const before = snapshot(root)
      await apply(root)
      cut = await undoLast(root, at).then(
        () => false,
        () => true,
      )
      await undoLast(root)
      expect(snapshot(root), `cut before step ${at}`).toEqual(before)
    }
  })
})

describe('two at a time', () => {
  it('are one after the other', async () => {
    const { root, put } = madeRoot()
    // This process, as another one would stand there.
    const stat = readFileSync('/proc/self/stat', 'utf8')
    const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    put('/var/lib/handover/lock', `${process.pid} ${start}\n`)
    await expect(apply(root)).rejects.toThrow(`another handover (process ${process.pid}) is changing`)
    // One that is gone, whose number somebody else has now.
    put('/var/lib/handover/lock', `${process.pid} 1\n`)
    await apply(root)
    expect(existsSync(join(root, '/var/lib/handover/lock'))).toBe(false)
  })
})
