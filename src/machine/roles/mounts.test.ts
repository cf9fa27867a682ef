import { describe, expect, it } from 'vitest'
import { mountOf, overlayLayers, parseMounts } from './mounts.js'

describe('mountinfo', () => {
  it('is read past any number of optional fields, with escaped names', () => {
    const [first, second] = parseMounts(
      '36 35 98:0 /mnt1 /my\\040disk rw,noatime master:1 propagate_from:2 - ext3 /dev/root rw,errors=continue\n' +
        '37 35 0:22 / /x rw - tmpfs none rw\nnonsense\n',
    )
    expect(first).toEqual({
      number: '98:0',
      root: '/mnt1',
      point: '/my disk',
      type: 'ext3',
      source: '/dev/root',
      options: 'rw,errors=continue',
    })
    expect(second).toMatchObject({ number: '0:22', type: 'tmpfs', source: 'none' })
  })

  it('finds the mount that a path lies on: the longest, of equals the last', () => {
    const mounts = parseMounts(
      ['1:1 / /', '1:2 / /a', '1:3 / /a/b', '1:4 / /a']
        .map((line, i) => `${i} 0 ${line} rw - ext4 d rw\n`)
        .join(''),
    )
    const on = (path: string) => mountOf(mounts, path)?.number
    expect([on('/x'), on('/a'), on('/ab'), on('/a/b/c'), on('/a/bc')]).toEqual([
      '1:1',
      '1:4',
      '1:1',
      '1:3',
      '1:4',
    ])
    expect(mountOf([], '/x')).toBeUndefined()
  })
})

describe('the layers of an overlay', () => {
  it.each([
    ['rw,lowerdir=/a:/b,upperdir=/u,workdir=/w', ['/a', '/b', '/u']],
    ['ro,lowerdir=/a::/data', ['/a', '/data']],
    ['rw,lowerdir+=/a,lowerdir+=/b:c,datadir+=/d', ['/a', '/b:c', '/d']],
    ['rw,lowerdir=/with\\134:colon:/b,upperdir=/with\\134\\054comma', ['/with:colon', '/b', '/with,comma']],
    ['rw', []],
  ])('%s', (options, layers) => {
    expect(overlayLayers(options)).toEqual(layers)
  })
})
