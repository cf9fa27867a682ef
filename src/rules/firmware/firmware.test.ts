import { lab } from '../../../test/support/edited-host.js'
import { denied } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { firmwareRules } from './index.js'

const off = { '/sys/class/iommu/dmar0': null }

const examples: Readonly<Record<string, readonly Example[]>> = {
  'iommu-in-use': [
    { name: 'VT-d on', host: lab(), gives: 'passes', says: /dmar0/ },
    {
      name: 'off on the command line',
      host: lab({ ...off, '/proc/cmdline': 'quiet intel_iommu=on,off\n' }),
      gives: 'step',
      says: /take intel_iommu=on,off out/,
    },
    {
      name: 'no table of the firmware',
      host: lab({ ...off, '/sys/firmware/acpi/tables/DMAR': null }),
      gives: 'step',
      says: /firmware setup/,
    },
    { name: 'a table, and not used', host: lab(off), gives: 'step', says: /intel_iommu=on/ },
    { name: 'not to be read', host: lab({ '/sys/class/iommu': denied }), gives: 'unknown', says: /denied/ },
  ],
}

describeRules(firmwareRules, examples)
