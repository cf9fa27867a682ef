import { knownValue, type Machine, type PciFunction } from '../../machine/index.js'
import { type Check, cardRest, checkDevice, type Finding } from '../../rules/index.js'
import { isWindows } from '../description/index.js'
import { isVga, isVideoCard, shortAddress, startingDisks } from './card.js'
import { chooseFirmware } from './firmware.js'
import { partly, unspared } from './group.js'
import { mmioWindow } from './window.js'
import { type Decide, type Decision, decision, upper, type Wish } from './wish.js'

/** The devices that were named with the rest of their cards, what they ask of the machine, and whether they can go at all. */
export const devices: Decide = (machine, wish) => {
  if (wish.devices.length === 0) return {}
  const checks = new Map(wish.devices.map((f) => [f, checkDevice(machine, f)]))
  const given = wish.devices.flatMap((f) => [f, ...(knownValue(cardRest(machine, f)) ?? [])])
  const all = [...new Set(given)]
  const entries = all.map((f, index) => entry(machine, wish, f, index, checks.get(f)))
  return {
    decisions: [...hypervisor(wish, checks), ...mmioWindow(machine, wish, all), ...entries],
    problems: [...checks]
      .flatMap(([f, check]) => impossible(f, check))
      .concat(partly(machine, wish.devices, all)),
    notes: [
      ...[...checks].flatMap(([f, check]) => steps(f, check)),
      ...wish.devices.flatMap((f) => (cardIsWhole(machine, f) ? [] : [unknownCard(f)])),
      ...unspared(machine, wish.devices, all),
    ],
  }
}

function findingOf(check: Check | undefined, id: string): Finding | undefined {
  return check?.findings.find(({ rule }) => rule.id === id)
}

function entry(
  machine: Machine,
  wish: Wish,
  f: PciFunction,
  index: number,
  check: Check | undefined,
): Decision {
  const isCard = isVideoCard(f) && check !== undefined
  const startsAt = startingDisks(wish).indexOf(f)
  const isBios = chooseFirmware(machine, wish).value === 'bios'
  const value = {
    host: shortAddress(f),
    ...(isBios && f === wish.devices.find(isVga) ? { vga: true } : {}),
    ...(isCard && wish.rom ? { rom: wish.rom.file } : {}),
    ...(startsAt < 0 ? {} : { bootindex: startsAt }),
  }
  const name = f.names.device ?? f.names.printed ?? f.names.class
  const said = name === undefined ? [] : [name]
  if (check === undefined) {
    const owner = wish.devices.find((one) => cardHas(machine, one, f))!
    return decision(
      `devices.${index}`,
      value,
      upper([...said, `a part of the card ${shortAddress(owner)}`].join(': ')),
      {
        rule: 'card-functions',
      },
    )
  }
  const rom = wish.rom === undefined ? findingOf(check, 'option-rom') : undefined
  const outputs = findingOf(check, 'outputs')
  const evidence = [rom, outputs].flatMap((one) => one?.evidence ?? [])
  const text = [
    ...said,
    ...(rom === undefined
      ? []
      : [
          `${upper(rom.says)}. ${upper((rom.fix ?? rom.rule.fix ?? '').replace('DEVICE', shortAddress(f)).replace(' (romfile=)', ''))}`,
          'Then here: rom: FILE',
        ]),
    ...(outputs?.kind === 'warning' ? [upper(outputs.says)] : []),
  ].map((one) => one.replace(/\.$/, ''))
  return decision(`devices.${index}`, value, text.join('. ') || null, {
    evidence,
    ...(rom ? { rule: 'option-rom' } : outputs ? { rule: 'outputs' } : {}),
  })
}

function cardHas(machine: Machine, card: PciFunction, f: PciFunction): boolean {
  return (knownValue(cardRest(machine, card)) ?? []).includes(f)
}

function cardIsWhole(machine: Machine, f: PciFunction): boolean {
  return 'value' in cardRest(machine, f)
}

function unknownCard(f: PciFunction): string {
  return `whether ${shortAddress(f)} has more functions is not known: add those of its card to devices`
}

/** Only where a rule says that it helps, and for the system whose driver asks. */
function hypervisor({ os }: Wish, checks: ReadonlyMap<PciFunction, Check>): readonly Decision[] {
  if (!isWindows({ os })) return []
  for (const check of checks.values()) {
    const found = findingOf(check, 'driver-lock')
    if (found)
      return [
        decision('hypervisor', 'hidden', upper(found.says), {
          rule: 'driver-lock',
          evidence: found.evidence,
        }),
      ]
  }
  return []
}

function impossible(f: PciFunction, { verdict, findings }: Check): readonly string[] {
  if (verdict !== 'not possible') return []
  return findings
    .filter(({ kind }) => kind === 'impossible')
    .map(
      ({ says, rule }) => `${shortAddress(f)} cannot be handed over: ${says} (handover explain ${rule.id})`,
    )
}

function steps(f: PciFunction, { verdict, findings }: Check): readonly string[] {
  const address = shortAddress(f)
  if (verdict === 'unknown')
    return [`whether ${address} can be handed over is not decided: sudo handover check ${address}`]
  if (verdict !== 'ready after steps') return []
  const found = findings
    // What the host uses it for is told by its roles.
    .filter(({ kind, rule }) => kind === 'step' && !rule.fix?.includes('--accept'))
    .map(({ says }) => says)
  if (found.length === 0) return []
  return [`before ${address} can be handed over: ${found.join('; ')} (handover check ${address})`]
}
