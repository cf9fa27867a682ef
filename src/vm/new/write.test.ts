import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { decision, type Value } from './wish.js'
import { writeDescription } from './write.js'

it('writes the reason above each setting, with what found it', () => {
  const text = writeDescription(
    ['Made.'],
    [
      decision('name', 'm'),
      decision('cpus', { count: 2, pin: '2-3' }, 'Near the card', { rule: 'numa-node' }),
      decision('disks.0', { file: 'a.qcow2', bus: 'virtio' }),
      decision('disks.1', { file: 'b, c.iso' }, 'To install from', {
        evidence: [{ path: '/p', value: '1' }],
      }),
      decision('sound', null, 'Nobody is there'),
    ],
  )
  expect(text).toBe(`\
# Made.
name: m

# Near the card. [numa-node]
cpus:
  count: 2
  pin: 2-3

disks:
  - { file: a.qcow2, bus: virtio }
  # To install from. [/p: 1]
  - { file: "b, c.iso" }

# sound: left out. Nobody is there.
`)
})

it('reads back as it was, whatever names and reasons hold', () => {
  const value: fc.Arbitrary<Value> = fc.oneof(fc.string({ unit: 'binary' }), fc.integer(), fc.boolean())
  const entries = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), value, {
    minKeys: 1,
    noNullPrototype: true,
  })
  fc.assert(
    fc.property(value, entries, fc.string({ unit: 'binary' }), (plain, map, because) => {
      const text = writeDescription(
        [because],
        [
          decision('plain', plain, because),
          decision('map', map, because),
          decision('list.0', map, because),
          decision('list.1', plain, because),
          decision('none', null, because),
        ],
      )
      expect(parse(text)).toEqual({ plain, map, list: [map, plain] })
    }),
    {
      examples: [
        ['a\nb', { a: '\n', b: 'x: y # z' }, 'line\nnext: 1'],
        ['\u00a0', { a: '\u2003' }, ''], // spaces, but not YAML's
      ],
    },
  )
})
