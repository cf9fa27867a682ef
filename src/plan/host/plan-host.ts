import { attempt, type BindingPlan, type Change, diff, planBinding } from '../../changes/index.js'
import type { ByHand } from '../boot/by-hand.js'
import { planBarSizes } from './bar-size.js'
import { planCpus } from './cpus.js'
import { planGroup } from './group.js'
import { planHugePages } from './huge-pages.js'
import { planLibvirt } from './libvirt.js'
import { planMediatedDevice } from './mediated-device.js'
import { planVirtualFunctions } from './virtual-functions.js'
import { type About, WishError, type Wished, type Wishes } from './wish.js'

/** One wish: its name, and what is done for it. */
interface Row<K extends keyof Wishes> {
  /** The devices stay with the host, now and at the next start. */
  readonly keepsDevices?: true
  /** It is done when the devices have gone; else before, so that what cannot be had takes no device away. */
  readonly isLast?: true
  /** Throws WishError, UnreadableError. */
  plan(wish: NonNullable<Wishes[K]>, about: About): Wished
}

/** In the order in which they are done. */
const rows: { readonly [K in keyof Required<Wishes>]: Row<K> } = {
  group: { plan: planGroup },
  hugePages: { plan: planHugePages },
  functions: { keepsDevices: true, plan: planVirtualFunctions },
  mediated: { keepsDevices: true, plan: planMediatedDevice },
  cpus: { plan: planCpus },
  libvirt: { keepsDevices: true, plan: planLibvirt },
  barSizes: { isLast: true, plan: planBarSizes },
}

/** What is done for all wishes. */
export interface HostPlan {
  /** Before the devices go. */
  readonly before: readonly Change[]
  readonly after: readonly Change[]
  readonly byHand: readonly ByHand[]
  readonly keepsDevices: boolean
  /** What stands against it that the devices come and go with a domain. */
  readonly refusals: BindingPlan['refusals']
  readonly accepted: BindingPlan['accepted']
}

/** Throws WishError. */
export function planHost(wishes: Wishes, about: About): HostPlan {
  const names = (Object.keys(rows) as (keyof Wishes)[]).filter((name) => wishes[name] !== undefined)
  const plan = <K extends keyof Wishes>(name: K) => rows[name].plan(wishes[name]!, about)
  const keepsDevices = names.some((name) => rows[name].keepsDevices)
  // Its driver of the host is not taken away for a moment: what it is to the host was not looked at.
  if (keepsDevices && wishes.barSizes)
    throw new WishError(`--bar-size ${wishes.barSizes[0]}`, 'plan it where the device goes to vfio-pci')
  const found = names.flatMap((name) => {
    const wished = attempt(() => {
      const { changes, byHand = [] } = plan(name)
      return { changes: changes.filter((change) => diff(change, about.host).length > 0), byHand }
    }, about.onUnreadable)
    return wished === undefined ? [] : [{ ...wished, isLast: rows[name].isLast }]
  })
  return {
    before: found.flatMap(({ isLast, changes }) => (isLast ? [] : changes)),
    after: found.flatMap(({ isLast, changes }) => (isLast ? changes : [])),
    byHand: found.flatMap(({ byHand }) => byHand),
    keepsDevices,
    ...refusalsOf(wishes, about),
  }
}

function refusalsOf(wishes: Wishes, { host, machine, devices, accept, boot, onUnreadable }: About) {
  if (wishes.libvirt === undefined) return { refusals: [], accepted: [] }
  const addresses = devices.map(({ address }) => address)
  const { refusals, accepted } = planBinding(host, machine, addresses, { accept, onUnreadable })
  return { refusals: refusals.filter(({ rule }) => !boot || rule !== 'no-iommu-group'), accepted }
}
