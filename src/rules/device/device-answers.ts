import { knownValue } from '../../machine/index.js'
import { need, passes, seen, step } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

export const deviceAnswers: DeviceRule = {
  id: 'device-answers',
  title: 'Does the device answer?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/config', '/sys/bus/pci/devices/*/power_state'],
  why: 'Where nobody answers, every read gives ones: header type 7f, and lspci prints "Unknown header type 7f". The device failed to come back from a reset or from sleep, or its link is down. No machine can start with it.',
  fix: 'Shut the computer down and take its power away for a moment. Where the device slept before: write 0 into its d3cold_allowed, or load vfio-pci with disable_idle_d3=1, before the next try.',
  sources: [
    'Linux drivers/pci/pci.c pci_dev_wait, pci_power_up: device inaccessible',
    'Linux include/linux/pci.h PCI_ERROR_RESPONSE',
  ],
  atWorst: 'step',
  check({ device }) {
    const { problems } = need(device.config)
    const path = attribute(device, 'config')
    if (!problems.some(({ kind }) => kind === 'no-response'))
      return passes('it answers', seen(path, 'a header'))
    const state = knownValue(device.powerState)
    return step('it does not answer: its configuration space reads as all ones', [
      seen(path, 'ff ff ff ff ...'),
      ...(state === undefined ? [] : [seen(attribute(device, 'power_state'), state)]),
    ])
  },
}
