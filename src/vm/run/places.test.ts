import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readMachineDescription } from './described.js'
import { descriptionFile, isFile, machineNames, machineWord, makeRunsFolder, runsFolder } from './places.js'

describe('where things of machines are', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it.each([
    ['windows', false],
    ['windows.11', false],
    ['windows.yaml', true],
    ['./windows', true],
    ['/x/windows.yml', true],
  ])('%s is a file: %s', (word, is) => {
    expect(isFile(word)).toBe(is)
    expect(descriptionFile(word, folder)).toBe(
      is ? (word.startsWith('/') ? word : join(process.cwd(), word)) : join(folder, `${word}.yaml`),
    )
  })

  it.each([
    ['/etc/handover/vms/windows.yaml', 'windows'],
    ['windows.yaml', 'windows.yaml'],
    ['windows', './windows'],
    ['/x/windows.yaml', '/x/windows.yaml'],
    ['/home/me/my vms/x.yaml', "'/home/me/my vms/x.yaml'"],
  ])('%s is asked for as %s', (file, word) => expect(machineWord(file)).toBe(word))

  it('runs: in /run for root, else in the session, else in /tmp', () => {
    expect(runsFolder({ uid: 0, runtimeFolder: '/run/user/0' })).toBe('/run/handover/vms')
    expect(runsFolder({ uid: 1000, runtimeFolder: '/run/user/1000' })).toBe('/run/user/1000/handover/vms')
    expect(runsFolder({ uid: 1000, runtimeFolder: undefined })).toBe(
      join(tmpdir(), 'handover-1000/handover/vms'),
    )
  })

  it("refuses a folder that is another user's, or that others may write in", () => {
    const uid = process.geteuid!()
    const refuse = (caller: { uid: number }) =>
      expect(() => makeRunsFolder({ ...caller, runtimeFolder: folder })).toThrow('it is not used')
    refuse({ uid: uid + 1 })
    if (uid === 0) return // root's is in /run, where nobody else can make anything
    expect(statSync(makeRunsFolder({ uid, runtimeFolder: folder })).mode & 0o777).toBe(0o700)
    chmodSync(folder, 0o777)
    refuse({ uid })
  })

  it('names: what ends in .yaml, by their own name', () => {
    expect(machineNames(join(folder, 'nosuch'))).toEqual([])
    for (const name of ['b', 'a']) writeFileSync(join(folder, `${name}.yaml`), `name: ${name}\nmemory: 1G\n`)
    for (const name of ['.hidden.yaml', 'a.yaml~', 'a.vars.fd']) writeFileSync(join(folder, name), '')
    expect(machineNames(folder)).toEqual(['a', 'b'])
    expect(readMachineDescription('a', folder).name).toBe('a')
    expect(() => readMachineDescription('c', folder)).toThrow(
      `there is no machine c: ${folder}/c.yaml is missing\nthere are: a, b`,
    )
    writeFileSync(join(folder, 'b.yaml'), 'name: a\nmemory: 1G\n')
    expect(() => readMachineDescription('b', folder)).toThrow('expected the file\'s own, found "a"')
  })
})
