import type { Evidence, Machine, PciFunction, RoleName, RoleSearch, Unknown } from '../machine.js'

export interface NeededRole {
  readonly role: RoleName
  /** `any`: losing one function that has the role does harm; `last`: losing all that have it. */
  readonly loss: 'any' | 'last'
  readonly reason: string
  /** What cannot be told. */
  readonly question: string
  readonly first?: string
}

/** Roles that the host cannot do without. The firmware's video card is none of them: what it shows is the role display. */
export const neededRoles: readonly NeededRole[] = [
  {
    role: 'root-disk',
    loss: 'any',
    reason: 'the root file system stands on it',
    question: 'whether the root file system stands on it',
  },
  {
    role: 'swap',
    loss: 'any',
    reason: 'a swap area stands on it',
    question: 'whether a swap area stands on it',
    first: 'take the swap area out of use with swapoff',
  },
  {
    role: 'mounted',
    loss: 'any',
    reason: 'a mounted file system stands on it',
    question: 'whether a mounted file system stands on it',
    first: 'unmount the file system with umount',
  },
  {
    role: 'network',
    loss: 'last',
    reason: 'every default route goes through it: the host would be cut off',
    question: 'whether another default route is left without it',
  },
  {
    role: 'keyboard',
    loss: 'last',
    reason: 'it carries the only keyboard',
    question: 'whether another keyboard is left without it',
  },
  {
    role: 'display',
    loss: 'last',
    reason: 'it shows the only display',
    question: 'whether another display is left without it',
  },
  {
    role: 'terminal',
    loss: 'any',
    reason: 'the terminal that this runs in hangs on it',
    question: 'whether the terminal that this runs in hangs on it',
    first: 'run this from another terminal',
  },
]

/** A role that the host would lose with some functions, or could not be told that it keeps. */
export interface RoleLoss {
  readonly needed: NeededRole
  /** False: it cannot be told. */
  readonly certain: boolean
  readonly functions: readonly string[]
  readonly evidence: readonly Evidence[]
  readonly unknown: readonly Unknown[]
  readonly reason: string
}

/** What the host loses of one role with `leaving`. */
export function lossesOf(
  needed: NeededRole,
  search: RoleSearch,
  leaving: readonly PciFunction[],
): readonly RoleLoss[] {
  const having = leaving.filter(({ address }) => search.functions.includes(address))
  const others = search.functions.length - having.length + search.elsewhere.length
  if (having.length > 0 && (needed.loss === 'any' || others === 0)) {
    // With a further one that could not be followed, it may not be the last: but who would build on that?
    return having.map(({ address, roles }) => ({
      needed,
      certain: true,
      functions: [address],
      evidence: roles.find(({ name }) => name === needed.role)?.evidence ?? [],
      unknown: search.unknown,
      reason: needed.reason,
    }))
  }
  if (leaving.length === 0 || search.unknown.length === 0 || (needed.loss === 'last' && others > 0)) return []
  return [
    {
      needed,
      certain: false,
      functions: leaving.map(({ address }) => address),
      evidence: [],
      unknown: search.unknown,
      reason: `it cannot be told ${needed.question}`,
    },
  ]
}

/** What the host loses with `leaving`, of all roles that it cannot do without. */
export function roleLosses(roles: Machine['roles'], leaving: readonly PciFunction[]): readonly RoleLoss[] {
  return neededRoles.flatMap((needed) => lossesOf(needed, roles[needed.role], leaving))
}
