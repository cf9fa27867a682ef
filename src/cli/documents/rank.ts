import type { Machine, PciFunction } from '../../machine/index.js'
import { type Check, checkDevice, decides, type Rule, type Verdict } from '../../rules/index.js'
import type { RankDocument } from '../schemas/check.js'

const order: readonly Verdict[] = ['ready', 'ready after steps', 'unknown', 'not possible']

/** Devices by how well they can be handed over: verdict, then fewer steps, then fewer warnings, then address. */
export function rankDocument(
  machine: Machine,
  className: string,
  devices: readonly PciFunction[],
  asking: readonly Rule[],
): RankDocument {
  const rows = devices.map((device) => rowOf(device, checkDevice(machine, device, asking)))
  return {
    schema: 'handover.rank/1',
    class: className,
    devices: rows.sort(
      (a, b) =>
        order.indexOf(a.verdict) - order.indexOf(b.verdict) || a.steps - b.steps || a.warnings - b.warnings,
    ),
  }
}

function rowOf({ address }: PciFunction, check: Check): RankDocument['devices'][number] {
  const of = (kind: string) => check.findings.filter((one) => one.kind === kind)
  const undecided = [...check.open, ...check.crashed].filter(({ rule }) => decides(rule))
  const reasons: Readonly<Record<Verdict, readonly { readonly rule: Rule }[]>> = {
    ready: of('warning'),
    'ready after steps': of('step'),
    'not possible': of('impossible'),
    unknown: undecided,
  }
  return {
    device: address,
    verdict: check.verdict,
    steps: of('step').length,
    warnings: of('warning').length,
    because: [...new Set(reasons[check.verdict].map(({ rule }) => rule.id))],
  }
}
