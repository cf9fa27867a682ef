import type { Argument, Option } from './command.js'

/** Arguments and options that several commands have. */
export const device: Argument = { name: 'DEVICE', kind: 'device' }
export const json: Option = { long: 'json', summary: 'print JSON; its schema: handover schema COMMAND' }
export const isPrivate: Option = {
  long: 'private',
  summary: 'keep serial numbers, MAC addresses and the like as they are',
}
export const host: Option = {
  long: 'host',
  value: 'FILE',
  kind: 'file',
  summary: 'a recording or pasted lspci text in place of this computer (-: standard input)',
}
export const reading = [host, json, isPrivate]
export const accept: Option = {
  long: 'accept',
  value: 'ROLE',
  kind: 'role',
  many: true,
  summary:
    'take even what the host uses as root-disk, swap, mounted, network, keyboard, display or terminal; the refusal says which',
}
