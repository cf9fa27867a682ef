import fc from 'fast-check'
import { expect, it } from 'vitest'
import { anyDescription, writtenDescription } from '../../../test/support/any-description.js'
import { parseDescription } from '../description/index.js'
import { qemuArguments } from './arguments.js'
import { rootSlots } from './root-slots.js'

/** Options whose values have an `id` that no other of the same option may have. */
const listed = ['-object', '-chardev', '-netdev', '-device', '-drive', '-audiodev', '-tpmdev']

/** Devices of other buses than PCI. */
const notPci = /^(ide-cd|virtserialport|hda-duplex|tpm-crb)\b/

const firmware = { code: '/c', codeFormat: 'raw', vars: '/v', varsFormat: 'raw', requiresSmm: true }

it('gives arguments for everything that can be described', () => {
  fc.assert(
    fc.property(
      anyDescription,
      fc.constantFrom('kvm', 'tcg'),
      fc.boolean(),
      (described, accelerator, isAmd) => {
        const addresses = described.devices.map((_, index) => `0000:0${index % 3}:00.${index}`)
        const description = parseDescription(writtenDescription(described), '/vms/m.yaml')
        const argv = qemuArguments(description, {
          accelerator,
          isAmd,
          folder: '/run/m',
          addresses,
          firmware,
        })
        const made = argv.slice(0, argv.length - (described.arguments?.length ?? 0))
        for (const word of argv) expect(typeof word).toBe('string')
        expect(made.filter((word) => /undefined|NaN|\[object/.test(word))).toEqual([])
        const ids = made.flatMap((word, index) => {
          const id = /,id=([^,]+)/.exec(word)
          // A kernel's command line, say, is no list.
          return id && listed.includes(made[index - 1]!) ? [`${made[index - 1]} ${id[1]}`] : []
        })
        expect(ids).toEqual([...new Set(ids)])
        const onRoot = made.filter(
          (word, index) => made[index - 1] === '-device' && !word.includes(',bus=') && !notPci.test(word),
        )
        expect(onRoot).toHaveLength(rootSlots(description, addresses))
      },
    ),
  )
})
