import { roughSizeText } from '../machine/index.js'
import { cell, whyUnknown } from './explain.js'
import type { ActivityDocument } from './schemas/activity.js'
import { table } from './table.js'
import { type Line, wrap } from './text.js'

type Device = ActivityDocument['devices'][number]

/** What a running machine and its devices do. */
export function activityText(document: ActivityDocument, columns: number): readonly Line[] {
  const { machine, pid, qemu, memory, devices } = document
  const state = 'value' in qemu ? qemu.value.state : `state not known: ${whyUnknown(qemu)}`
  const how = 'value' in qemu && !qemu.value.kvm ? ', in software emulation' : ''
  return [
    [{ text: machine, style: 'bold' }, `  ${state} (QEMU, process ${pid}${how})`],
    ...agentText(qemu),
    'value' in memory
      ? `Memory pinned for devices: ${roughSizeText(BigInt(memory.value.dmaBytes))}${ofMachine(qemu)}`
      : `Memory pinned for devices: not known: ${whyUnknown(memory)}`,
    ...faultText(document, columns),
    '',
    ...(devices.length === 0 ? ['It has no device of the host.'] : deviceTable(devices, columns)),
    ...notes(document).flatMap((note) => wrap(note, columns)),
  ]
}

function agentText(qemu: ActivityDocument['qemu']): readonly Line[] {
  if ('unknown' in qemu || qemu.value.agent === null) return []
  return [`Guest agent: ${qemu.value.agent ? 'listens' : 'not there'}`]
}

function ofMachine(qemu: ActivityDocument['qemu']): string {
  return 'value' in qemu ? ` of the machine's ${roughSizeText(BigInt(qemu.value.memoryBytes))}` : ''
}

function faultText({ faults }: ActivityDocument, columns: number): readonly Line[] {
  if ('unknown' in faults) return [`Stopped by the IOMMU: not known: ${whyUnknown(faults)}`]
  const { list, sinceStart } = faults.value
  const since = sinceStart ? 'since its start' : 'as far back as the log goes, which is not to its start'
  if (list.length === 0) return [`Stopped by the IOMMU: nothing ${since}`]
  return [
    [{ text: `Stopped by the IOMMU, ${since}:`, style: 'yellow' }],
    ...list.flatMap(({ device, kind, lines, text, ofMachine: own }) => [
      `  ${kind} of ${device ?? 'an unnamed device'}${own || device === null ? '' : ' (not in the machine)'}: ${lines} line${lines === 1 ? '' : 's'} in the log`,
      ...wrap(text, columns - 4).map((line) => `    ${line}`),
    ]),
  ]
}

function deviceTable(devices: readonly Device[], columns: number): readonly Line[] {
  return table(
    [
      { title: 'DEVICE' },
      { title: 'INTERRUPTS', least: 12 },
      { title: 'PER SECOND', align: 'right' },
      { title: 'LINK', least: 10 },
      { title: 'POWER' },
      { title: 'ERRORS', align: 'right' },
    ],
    devices.map(({ address, interrupts, link, powerState, busErrors }) => ({
      cells: [
        address,
        cell(interrupts, ({ kind, vectors, sharedWith }) =>
          [kind, vectors > 1 && `x${vectors}`, sharedWith.length > 0 && '(shared)'].filter(Boolean).join(' '),
        ),
        cell(interrupts, ({ perSecond }) => (perSecond === null ? '?' : rateText(perSecond))),
        cell(link, linkText),
        cell(powerState, String),
        cell(busErrors, (errors) => String(errors.reduce((sum, { count }) => sum + count, 0))),
      ],
    })),
    columns,
  )
}

const rateText = (perSecond: number) =>
  perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond))

type Link = Extract<Device['link'], { value: unknown }>['value'] & object

/** `8 GT/s x16`; what is below the most that the device can stands before that. */
function linkText({ speedGTs, width, maxSpeedGTs, maxWidth }: Link): string {
  if (speedGTs === null || width === null) return 'down'
  const most = (is: number, max: number | null, text: (value: number) => string) =>
    max === null || is >= max ? text(is) : `${text(is)} of ${text(max)}`
  return `${most(speedGTs, maxSpeedGTs, String)} GT/s ${most(width, maxWidth, (lanes) => `x${lanes}`)}`
}

/** What the table's figures do not say. */
function notes({ devices, uncounted }: ActivityDocument): readonly string[] {
  const known = devices.flatMap(({ address, interrupts }) =>
    'value' in interrupts && interrupts.value !== null ? [{ address, ...interrupts.value }] : [],
  )
  const messages = known.some(({ kind }) => kind !== 'INTx')
  return [
    ...devices
      .flatMap(({ interrupts }) =>
        'unknown' in interrupts ? [`Interrupts are not known: ${whyUnknown(interrupts)}.`] : [],
      )
      .slice(0, 1),
    ...known.flatMap(({ address, sharedWith }) =>
      sharedWith.length > 0
        ? [`${address} shares its interrupt with ${sharedWith.join(', ')}: all are counted.`]
        : [],
    ),
    ...devices.flatMap(({ address, busErrors }) =>
      'value' in busErrors && busErrors.value !== null && busErrors.value.length > 0
        ? [
            `Errors of ${address} since the host found it: ${busErrors.value.map(({ name, count }) => `${name} ${count}`).join(', ')}.`,
          ]
        : [],
    ),
    ...(!messages
      ? []
      : 'unknown' in uncounted
        ? [`Whether messages reach the machine uncounted is not known: ${whyUnknown(uncounted)}.`]
        : uncounted.value !== null
          ? [
              `Messages may reach the machine without the host, which then does not count them (${uncounted.value.path} is ${uncounted.value.value}).`,
            ]
          : []),
  ]
}
