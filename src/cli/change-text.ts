import { type Change, type ChangeEvent, targetOf } from '../changes/index.js'
import type { Holder } from '../machine/index.js'
import type { Head } from '../plan/index.js'
import type { Line } from './text.js'

/** What is told while it lasts. A change that is quick is told once. */
export function progressText(event: ChangeEvent): readonly Line[] {
  switch (event.kind) {
    case 'applied':
      return [changeText(event.change)]
    case 'undone':
      // A module stays loaded.
      return event.change.kind === 'module-load' ? [] : [`${targetOf(event.change)}: put back`]
    case 'held':
      return [
        `${event.address} is in use by ${event.holders.map(holderText).join(', ')}; waiting up to ${event.limitMs / 1000} s`,
      ]
    case 'slow':
      return [`the kernel has not come back from ${event.path} yet; waiting up to ${event.limitMs / 1000} s`]
    default:
      return []
  }
}

/** What an earlier run left. */
export function halfDoneText({ id, asked }: Head): string {
  return `${id} (${asked}) was cut off: it is put back first.`
}

function changeText(change: Change): string {
  switch (change.kind) {
    case 'driver-binding': {
      const to = change.after === 'kernel' ? 'given back to the host' : (change.after.driver ?? 'no driver')
      return `${change.address}: ${change.before.driver ?? 'no driver'} -> ${to}`
    }
    case 'module-load':
      return `${change.module}: loaded`
    case 'console-release':
      return `${change.console}: taken off ${change.address}`
    case 'configuration':
      return `${change.title}: set`
    case 'attribute':
      return `${change.title}: ${change.before} -> ${change.after}`
    case 'bar-size':
      return `${targetOf(change)}: resized`
    case 'mediated-device':
      return `${targetOf(change)}: made`
  }
}

function holderText(holder: Holder): string {
  return holder.kind === 'process' ? `${holder.command} (process ${holder.pid})` : holder.name
}
