import type { ZodType } from 'zod'

/** The schema of what each command prints with `--json`, by the command's name. */
export const schemas: Readonly<Record<string, () => Promise<ZodType>>> = {
  devices: async () => (await import('./devices.js')).devicesSchema,
  groups: async () => (await import('./groups.js')).groupsSchema,
  slots: async () => (await import('./slots.js')).slotsSchema,
  show: async () => (await import('./show.js')).showSchema,
  check: async () => (await import('./check.js')).checkSchema,
  rank: async () => (await import('./check.js')).rankSchema,
  rules: async () => (await import('./check.js')).rulesSchema,
  explain: async () => (await import('./check.js')).ruleSchema,
  diagnose: async () => (await import('./diagnosis.js')).diagnosisSchema,
  rom: async () => (await import('./rom.js')).romSchema,
  bind: async () => (await import('./binding.js')).bindingSchema,
  unbind: async () => (await import('./binding.js')).bindingSchema,
  'vm-new': async () => (await import('./vm-new.js')).vmNewSchema,
  'vm-attach': async () => (await import('./plugging.js')).pluggingSchema,
  'vm-detach': async () => (await import('./plugging.js')).pluggingSchema,
  'vm-activity': async () => (await import('./activity.js')).activitySchema,
  'vm-list': async () => (await import('./machines.js')).machinesSchema,
  'vm-status': async () => (await import('./machines.js')).machineSchema,
  plan: async () => (await import('./plan.js')).planSchema,
  history: async () => (await import('./plan.js')).historySchema,
  recording: async () => (await import('../../host/index.js')).loadRecordingSchema(),
}

export const schemaNames: readonly string[] = Object.keys(schemas)
