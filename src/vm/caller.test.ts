import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { environment, makeLookingGlass, openDisplay } from './caller.js'
import { parseDescription } from './description/index.js'

describe("the machine's picture and sound", () => {
  const { SUDO_UID } = process.env
  let folder: string
  const machine = (yaml: string) => parseDescription(`name: m\nmemory: 1G\n${yaml}`, 'm.yaml')
  const owner = (name: string) => statSync(join(folder, name)).uid

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    for (const name of ['qmp.sock', 'spice.sock']) writeFileSync(join(folder, name), '')
  })
  afterEach(() => {
    if (SUDO_UID === undefined) delete process.env.SUDO_UID
    else process.env.SUDO_UID = SUDO_UID
    rmSync(folder, { recursive: true })
  })

  it.skipIf(process.geteuid?.() !== 0)('are open to who ran sudo; the control of QEMU is not', () => {
    process.env.SUDO_UID = '1234'
    openDisplay(machine('graphics: std\ndisplay: spice'), folder)
    expect([owner('spice.sock'), owner('qmp.sock')]).toEqual([1234, 0])
    expect(statSync(folder).mode & 0o777).toBe(0o711)
    expect(environment(machine('sound: pipewire'))).toMatchObject({
      PIPEWIRE_RUNTIME_DIR: '/run/user/1234',
      PULSE_SERVER: 'unix:/run/user/1234/pulse/native',
    })
    expect(environment(machine(''))).toBe(process.env)
  })

  it("keeps the memory of Looking Glass from others' eyes", () => {
    const file = join(folder, 'm')
    makeLookingGlass(machine(''), file)
    expect(existsSync(file)).toBe(false)
    makeLookingGlass(machine('looking-glass: 32M'), file)
    expect(statSync(file)).toMatchObject({ mode: 0o100600, size: 0 })
  })

  it.each([undefined, '', '0', 'root'])('stay with this user where SUDO_UID is %j', (uid) => {
    if (uid === undefined) delete process.env.SUDO_UID
    else process.env.SUDO_UID = uid
    openDisplay(machine('graphics: std\ndisplay: spice'), folder)
    expect(owner('spice.sock')).toBe(process.geteuid?.())
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(environment(machine('sound: pipewire'))).toBe(process.env)
  })
})
