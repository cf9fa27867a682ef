import type { Plan, Wishes } from '../../plan/index.js'
import type { PlanDocument } from '../schemas/plan.js'
import { version } from '../version.js'
import { changeDocument, refusalDocument } from './binding.js'

export function planDocument(plan: Plan, at: string): PlanDocument {
  const { devices, boot, byId, accept, host } = plan.intent
  return {
    schema: 'handover.plan/1',
    program: `handover ${version()}`,
    at,
    intent: {
      devices: [...devices],
      boot,
      byId,
      accept: [...accept],
      ...(host && { host: wishesDocument(host) }),
    },
    takes: [...plan.takes],
    changes: plan.changes.map(changeDocument),
    refusals: plan.refusals.map(refusalDocument),
    accepted: plan.accepted.map(refusalDocument),
    notes: plan.notes.map((one) => ({ ...one })),
    byHand: plan.byHand.map(({ because, edit }) => ({ because, edit })),
    restartFor: [...plan.restartFor],
    wayBack: plan.wayBack,
    losses: plan.losses.map(({ address, driver, roles, holds }) => ({
      address,
      driver,
      roles: roles.map((one) => ({ ...one })),
      holds: holds.map((one) => ({ ...one })),
    })),
    risks: plan.risks.map((one) => ({ ...one })),
    unreadable: plan.unreadable.map((one) => ({ ...one })),
    bootLoader: plan.bootLoader,
  }
}

function wishesDocument({ mediated, barSizes, ...words }: Wishes): PlanDocument['intent']['host'] {
  return {
    ...words,
    ...(mediated && { mediated: { ...mediated } }),
    ...(barSizes && { barSizes: [...barSizes] }),
  }
}
