import { describe, expect, it } from 'vitest'
import { chooseKeeper } from './keep-machine.js'

const env = { PATH: '/bin', SUDO_UID: '1000', XDG_RUNTIME_DIR: '/run/user/1000', SECRET: 'x' }
const choose = (uid: number, ...there: string[]) =>
  chooseKeeper('win', '/run/log', { uid, env, exists: (path) => there.includes(path) })

describe('what keeps a machine when the terminal has gone', () => {
  it("is a unit of systemd's for root, which on stop tells only who watches", () => {
    const { command, asks, kept } = choose(0, '/run/systemd/system')
    expect(asks?.join(' ')).toBe('systemctl --quiet is-active handover-win.service')
    expect(kept).toBe('by systemd, as handover-win.service')
    expect(command[0]).toBe('systemd-run')
    expect(command).not.toContain('--user')
    expect(command).toEqual(
      expect.arrayContaining([
        '--unit=handover-win.service',
        '--property=KillMode=process',
        '--property=StandardError=append:/run/log',
        '--setenv=SUDO_UID=1000',
      ]),
    )
    expect(command.join(' ')).not.toContain('SECRET')
    expect(command.at(-1)).toBe('--')
  })

  it("is one of the user's own systemd, and says how long that lasts", () => {
    const { command, asks, kept } = choose(1000, '/run/systemd/system', '/run/user/1000/systemd/private')
    expect(asks).toContain('--user')
    expect(command).toContain('--user')
    expect(kept).toContain('enable-linger')
  })

  it.each([
    ['systemd does not run here', 0, []],
    ['this user has no systemd of their own', 1000, ['/run/systemd/system']],
  ])('is a session of its own where %s', (because, uid, there) => {
    expect(choose(uid, ...there)).toEqual({ command: [], kept: `in a session of its own (${because})` })
  })
})
