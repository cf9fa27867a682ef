/** Exit statuses. One meaning each, the same for every command. */
export const status = {
  ok: 0,
  failed: 1,
  pending: 2,
  noSuchDevice: 3,
  privilege: 4,
  refused: 5,
  usage: 64,
  interrupted: 130,
} as const

/** What the manual says of each. */
export const statusMeanings: readonly { readonly status: number; readonly meaning: string }[] = [
  { status: status.ok, meaning: 'ready, or nothing to do' },
  { status: status.failed, meaning: 'the program failed' },
  { status: status.pending, meaning: 'findings, differences or changes pending' },
  { status: status.noSuchDevice, meaning: 'no such device' },
  { status: status.privilege, meaning: 'needs privilege; the message names the path' },
  { status: status.refused, meaning: 'refused for the safety of the host' },
  { status: status.usage, meaning: 'wrong usage, or a DEVICE that fits several' },
  { status: status.interrupted, meaning: 'interrupted' },
]
