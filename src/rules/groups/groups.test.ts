import { edited, lab } from '../../../test/support/edited-host.js'
import { workstation } from '../../../test/support/made-computers.js'
import { denied } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { groupRules } from './index.js'

const examples: Readonly<Record<string, readonly Example[]>> = {
  'group-company': [
    { name: 'a disk alone behind its port', host: lab(), gives: 'passes' },
    { name: 'a card with its sound', host: workstation(), gives: 'note', says: /one more.*0000:01:00.1/s },
    {
      name: 'a group that cannot be predicted',
      host: edited(workstation(), {
        '/sys/bus/pci/devices/0000:01:00.0/iommu_group': null,
        '/sys/bus/pci/devices/0000:00:01.0/config': denied,
        '/sys/bus/pci/devices/0000:01:00.0/config': denied,
        '/sys/bus/pci/devices/0000:01:00.1/config': denied,
      }),
      gives: 'unknown',
    },
  ],
}

describeRules(groupRules, examples)
