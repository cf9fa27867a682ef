import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { denied, link, type Made, madeHost } from '../../../test/support/made-host.js'
import { knownValue } from '../read.js'
import { readModprobe, settingsOf } from './modprobe.js'
import { parseParameters } from './parameters.js'
import { System } from './system.js'

const system = (files: Readonly<Record<string, Made>>) =>
  new System(madeHost({ '/proc/sys/kernel/osrelease': '6.12.0\n', '/proc/cmdline': 'quiet\n', ...files }))

describe('the words of the command line', () => {
  it.each([
    ['a  b=1\tc\n', ['a', null], ['b', '1'], ['c', null]],
    ['dyndbg="file a.c +p" b', ['dyndbg', 'file a.c +p'], ['b', null]],
    ['"parport.dyndbg=file a.c +p" b', ['parport.dyndbg', 'file a.c +p'], ['b', null]],
    ['root=UUID=1-2 =x', ['root', 'UUID=1-2'], ['=x', null]],
    ['a -- b=1', ['a', null]],
    ['a="open', ['a', 'open']],
    ['', ...[]],
  ] as const)('%j', (text, ...words) => {
    expect(parseParameters(text).map(({ name, value }) => [name, value])).toEqual(words)
  })

  it('are all there, whatever they hold', () => {
    const word = fc.stringMatching(/^[a-z][a-z0-9_.-]{0,8}(=[a-z0-9:,.]{0,8})?$/)
    fc.assert(
      fc.property(fc.array(word), (list) => {
        expect(parseParameters(list.join(' ')).map(({ text }) => text)).toEqual(list)
      }),
    )
  })
})

describe('modprobe.d', () => {
  it('is read by the names of its files, those of /etc before others of the same name', () => {
    const read = readModprobe(
      madeHost({
        '/etc/modprobe.d/z.conf': 'options vfio-pci ids=3:3\n',
        '/usr/lib/modprobe.d/z.conf': 'options vfio-pci ids=9:9\n',
        '/usr/lib/modprobe.d/a.conf': 'options vfio-pci ids=1:1 \\\n  disable_idle_d3=1\n',
        '/run/modprobe.d/m.conf':
          'options vfio_pci ids=2:2\n# options vfio-pci ids=8:8\n\nblacklist foo-bar\n',
        '/etc/modprobe.d/.hidden.conf': 'blacklist a\n',
        '/etc/modprobe.d/a.conf.bak': 'blacklist b\n',
      }),
    )
    const directives = knownValue(read)!
    expect(directives.map(({ keyword, module }) => `${keyword} ${module}`)).toEqual([
      'options vfio_pci',
      'options vfio_pci',
      'blacklist foo_bar',
      'options vfio_pci',
    ])
    const settings = settingsOf(directives, parseParameters('quiet vfio-pci.ids=4:4 vfio'))
    expect(settings.map(({ name, value, path }) => [name, value, path])).toEqual([
      ['ids', '1:1', '/usr/lib/modprobe.d/a.conf'],
      ['disable_idle_d3', '1', '/usr/lib/modprobe.d/a.conf'],
      ['ids', '2:2', '/run/modprobe.d/m.conf'],
      ['ids', '3:3', '/etc/modprobe.d/z.conf'],
      ['ids', '4:4', '/proc/cmdline'],
    ])
  })

  it('may have a file masked, but not one that cannot be read', () => {
    const masked = madeHost({
      '/etc/modprobe.d/a.conf': link('/dev/null'),
      '/dev/null': { fails: { code: 'ENOTSUP' } },
      '/usr/lib/modprobe.d/a.conf': 'blacklist vfio-pci\n',
    })
    expect(readModprobe(masked)).toEqual({ value: [] })
    const path = '/etc/modprobe.d/a.conf'
    expect(readModprobe(madeHost({ [path]: denied }))).toEqual({ unknown: 'denied', path })
  })
})

describe('the configuration of the kernel', () => {
  const text = 'CONFIG_VFIO=m\n# CONFIG_VFIO_PCI_VGA is not set\nCONFIG_X="y"\n'

  it.each(['/proc/config.gz', '/boot/config-6.12.0', '/lib/modules/6.12.0/config'])(
    'is found at %s',
    (path) => {
      const config = knownValue(system({ [path]: text }).kernelConfig)!
      expect(config.path).toBe(path)
      expect(Object.fromEntries(config.options)).toEqual({ VFIO: 'm', X: '"y"' })
    },
  )

  it('is not known where none can be read', () => {
    expect(system({}).kernelConfig).toMatchObject({ unknown: expect.stringContaining('not installed') })
    expect(system({ '/boot/config-6.12.0': denied }).kernelConfig).toMatchObject({ unknown: 'denied' })
  })
})

it('lists that name modules are read without comments', () => {
  const lists = system({
    '/etc/modules': '# vfio\nvfio_pci\n',
    '/etc/modules-load.d/a.conf': '; no\nkvm\n',
    '/etc/modules-load.d/README': 'not read\n',
  }).moduleLists
  expect(lists).toEqual({
    value: [
      { path: '/etc/modules', value: 'vfio_pci' },
      { path: '/etc/modules-load.d/a.conf', value: 'kvm' },
    ],
  })
})
