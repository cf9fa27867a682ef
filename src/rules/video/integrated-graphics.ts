import type { Evidence, PciFunction } from '../../machine/index.js'
import { need, notHere, seen, warning } from '../outcomes.js'
import type { DeviceRule, Outcome } from '../rule.js'
import { integrated, noCard } from './display.js'
import { type IntelSupport, intelGraphicsOf } from './intel-graphics.js'

export const integratedGraphics: DeviceRule = {
  id: 'integrated-graphics',
  title: 'Is it a card, not graphics inside the processor?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/vendor, device, class',
    "its place: 0000:00:02.0 is Intel's; AMD's shares a slot with functions of vendor 1022, or is on a root bus",
  ],
  why: "Graphics in a processor is no whole PCI device. Its picture is described in memory that no BAR shows: Intel's OpRegion with the Video BIOS Table, AMD's image in the ACPI table VFCT. It uses memory that the host's firmware set aside for it, and has no option ROM of its own. A machine has none of these unless they are given to it.",
  fix: null,
  since: [
    'QEMU 7.2: legacy mode for Sandy Bridge to Kaby Lake; whatever is newer it takes for Broadwell, which is wrong from Ice Lake on',
    'QEMU 10.0: legacy mode for Sandy Bridge to Comet Lake; stolen memory of Ice Lake to Raptor Lake; OpRegion with x-igd-opregion=on',
    'QEMU 10.2: OpRegion without being asked; class 0380 too',
    'Linux 6.1, 6.12: OpRegion for class 0300 only; Linux 7.3: for every display class',
  ],
  sources: [
    'QEMU docs/igd-assign.txt, hw/vfio/igd.c igd_gen, vfio_pci_igd_config_quirk (7.2, 10.0, 10.2)',
    'Linux drivers/vfio/pci/vfio_pci_igd.c vfio_pci_igd_opregion_init; CONFIG_VFIO_PCI_IGD',
    'Linux drivers/gpu/drm/amd/amdgpu/amdgpu_bios.c amdgpu_get_bios_apu (7.3)',
  ],
  atWorst: 'warning',
  check({ device, machine }) {
    const other = noCard(device)
    if (other) return other
    const found = integrated(machine, device)
    if (found === null) return notHere('it is a card')
    return found.maker === 'Intel' ? intel(device) : amd(found.evidence)
  },
}

function intel(device: PciFunction): Outcome {
  const id = need(device.device)
  const known = intelGraphicsOf(id)
  const idText = `0x${id.toString(16).padStart(4, '0')}`
  const found = seen(
    `/sys/bus/pci/devices/${device.address}/device`,
    known === undefined ? idText : `${idText}, ${known.name}`,
  )
  const { says, fix } = intelPlans[known?.support ?? 'none']
  return warning(`it is Intel's integrated graphics: ${says}`, found, {
    why: 'Its outputs are described in memory that no BAR shows (OpRegion, with the Video BIOS Table), it starts in memory that the firmware set aside for it, and it has no option ROM of its own. A machine has none of these unless they are given to it.',
    fix,
  })
}

const opRegion =
  "QEMU 10.2 gives it the host's OpRegion by itself, older ones with x-igd-opregion=on; OVMF as published does not set it up, an option ROM with IgdAssignmentDxe (romfile=) does"

const intelPlans: Readonly<Record<IntelSupport, { readonly says: string; readonly fix: string }>> = {
  legacy: {
    says: 'a picture on its outputs takes a machine made for it',
    fix: `either a machine of type pc with SeaBIOS, the device at addr=02.0 and no other card (legacy mode), where it is the host's first display; or any machine: ${opRegion}; or for computing only, no more than the device`,
  },
  'stolen memory': {
    says: 'there is no legacy mode for it, and its memory must be set up by the firmware of the machine',
    fix: `use QEMU 10.0 or later and UEFI, the device at addr=02.0: ${opRegion}`,
  },
  none: {
    says: 'QEMU 10.2 sets up nothing for it but the OpRegion',
    fix: `where a picture on its outputs is wanted, UEFI and the device at addr=02.0: ${opRegion}; else keep it for the host`,
  },
}

function amd(evidence: Evidence): Outcome {
  return warning(
    "it is AMD's integrated graphics: its image comes from the computer's firmware, not from a ROM of its own",
    evidence,
    {
      why: 'Its driver reads tables of that image, which the firmware keeps in the ACPI table VFCT. A machine has no such table.',
      fix: "cut the image out of the host's /sys/firmware/acpi/tables/VFCT and give it to the machine (romfile=); or keep it for the host and give a card",
    },
  )
}
