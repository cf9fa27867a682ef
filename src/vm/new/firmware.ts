import {
  installedUefi,
  knownValue,
  type Machine,
  type QemuFirmware,
  qemuFirmwareFolders,
  swtpmProgram,
} from '../../machine/index.js'
import { isVideoCard } from './card.js'
import { efiOf } from './rom.js'
import { type Decide, decision, type Wish } from './wish.js'

/** BIOS or UEFI, with Secure Boot or without, and a TPM. */
export const firmware: Decide = (machine, wish) => {
  const { value, because, rule, evidence, problem } = chooseFirmware(machine, wish)
  if (problem) return { problems: [problem] }
  const swtpm = machine.system.hasSwtpm
  const hasTpm = wish.os === 'windows11'
  return {
    decisions: [
      decision('firmware', value, because, { evidence: evidence ?? [], ...(rule ? { rule } : {}) }),
      ...(hasTpm
        ? [
            decision(
              'tpm',
              true,
              `Windows 11 asks for a TPM 2.0; what it keeps is in ${wish.name}.tpm, beside this file`,
              {
                rule: 'windows-11-needs',
                evidence:
                  'value' in swtpm
                    ? [{ path: swtpmProgram, value: swtpm.value ? 'there' : 'not there' }]
                    : [],
              },
            ),
          ]
        : []),
    ],
    notes: [
      ...(efiOf(wish) === false && value !== 'bios'
        ? [
            `${wish.rom!.file} holds no EFI driver: the card shows nothing until the machine's own driver runs`,
          ]
        : []),
      ...(hasTpm && knownValue(swtpm) === false
        ? [
            'swtpm is not installed, and the TPM needs it: install swtpm (and swtpm-tools on Debian and Ubuntu)',
          ]
        : []),
    ],
  }
}

interface Choice {
  readonly value: 'bios' | 'uefi' | 'secure-boot'
  readonly because: string | null
  readonly rule?: string
  readonly evidence?: readonly { readonly path: string; readonly value: string }[]
  readonly problem?: string
}

/** What the machine starts by. */
export function chooseFirmware({ system }: Machine, wish: Wish): Choice {
  const descriptors = knownValue(system.qemuFirmware)
  const installed = descriptors && installedUefi(descriptors)
  const canSecure = installed?.filter(
    ({ features }) => features.includes('secure-boot') && features.includes('requires-smm'),
  )
  // As vm start chooses.
  const secure = canSecure?.find(({ features }) => features.includes('enrolled-keys')) ?? canSecure?.[0]
  const plain = installed?.find(({ features }) => !features.includes('requires-smm'))
  const shown = (found: QemuFirmware | undefined) =>
    found === undefined
      ? [
          {
            path: qemuFirmwareFolders.join(', '),
            value: installed === undefined ? 'not known' : 'none for q35',
          },
        ]
      : [{ path: found.path, value: found.code!.filename }]
  const missing = `no UEFI firmware${wish.firmware === 'secure-boot' ? ' with Secure Boot' : ''} for q35 machines is described in ${qemuFirmwareFolders.join(' or ')}: install it (Debian: ovmf; Fedora: edk2-ovmf)`
  const card = wish.devices.find(isVideoCard)
  const efi = efiOf(wish)

  if (wish.firmware !== undefined) {
    const wanted = { bios: undefined, uefi: plain, 'secure-boot': secure }[wish.firmware]
    const isMissing = wish.firmware !== 'bios' && installed !== undefined && wanted === undefined
    return {
      value: wish.firmware,
      because: null,
      ...(isMissing ? { problem: missing } : {}),
      ...(wish.firmware === 'bios' && wish.os === 'windows11'
        ? { problem: 'Windows 11 starts from UEFI alone: leave --firmware bios out' }
        : {}),
    }
  }
  if (wish.os === 'windows11') {
    if (installed?.length === 0) return { value: 'uefi', because: null, problem: missing }
    if (secure ?? installed === undefined)
      return {
        value: 'secure-boot',
        because: 'Windows 11 asks for UEFI that can do Secure Boot',
        rule: 'windows-11-needs',
        evidence: shown(secure),
      }
    return {
      value: 'uefi',
      because:
        'Windows 11 asks for UEFI that can do Secure Boot, and none that can is installed: its setup may refuse',
      rule: 'windows-11-needs',
      evidence: shown(plain),
    }
  }
  if (card !== undefined && efi === false)
    return {
      value: 'bios',
      because: `${wish.rom!.file} holds no EFI driver: SeaBIOS starts the card by its legacy image, UEFI would show nothing`,
      rule: 'option-rom',
      evidence: [{ path: wish.rom!.file, value: 'no image for EFI on x86-64' }],
    }
  if (installed !== undefined && plain === undefined && secure !== undefined)
    return {
      value: 'secure-boot',
      because: 'The only UEFI for q35 that is installed does Secure Boot',
      rule: 'uefi-firmware',
      evidence: shown(secure),
    }
  if (installed !== undefined && plain === undefined)
    return {
      value: 'bios',
      because: 'No UEFI for q35 machines is installed',
      rule: 'uefi-firmware',
      evidence: shown(undefined),
    }
  return {
    value: 'uefi',
    because:
      card === undefined
        ? null
        : efi === true
          ? `${wish.rom!.file} holds an EFI driver: OVMF draws on the card by it`
          : 'OVMF draws on the card by the EFI driver in its option ROM; whether it has one is told by handover rom, and --rom FILE takes it into account',
    rule: 'uefi-firmware',
    evidence: shown(plain),
  }
}
