import { expect, it } from 'vitest'
import {
  dmarTable,
  drhd,
  entry4,
  ivhd,
  ivmd,
  ivrsTable,
  rmrr,
  scope,
} from '../../../test/support/acpi-tables.js'
import { type Edits, edited, lab } from '../../../test/support/edited-host.js'
import { ungrouped, workstation, workstationFiles } from '../../../test/support/made-computers.js'
import { denied, link, type Made, madeFunction, madeHost } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { readMachine } from '../../machine/index.js'
import { checkComputer } from '../check.js'
import { firmwareRules } from './index.js'
import { brokenRemapping } from './interrupt-remapping.js'

const units = '/sys/class/iommu'
const off: Edits = { [`${units}/dmar0`]: null, [`${units}/`]: '', '/sys/hypervisor/type': null }
const cmdline = (text: string): Edits => ({ '/proc/cmdline': `${text}\n` })
const kernel = (text: string): Edits => ({ '/proc/sys/kernel/osrelease': `${text}\n` })
const cpu = (vendor: string, flags: string): Edits => ({
  '/proc/cpuinfo': `processor\t: 0\nvendor_id\t: ${vendor}\nflags\t\t: fpu ${flags}\naddress sizes\t: 46 bits physical, 48 bits virtual\n\n`,
})
const intel = 'GenuineIntel'
const amd = 'AuthenticAMD'
const noKvm: Edits = { '/sys/class/misc/fuse': link('../../devices/virtual/misc/fuse') }
const tables = '/sys/firmware/acpi/tables'
const amdTables: Edits = { [`${tables}/DMAR`]: null, [`${tables}/IVRS`]: ivrsTable(0x40, ivhd(0x11, {})) }

/** Interrupts by number, with their chips. */
const chips = (...names: string[]): Edits =>
  Object.fromEntries(names.map((name, i) => [`/sys/kernel/irq/${i}/chip_name`, `${name}\n`]))
const unmapped: Edits = {
  ...chips('XT-PIC', 'IO-APIC'),
  '/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts': 'N\n',
  '/sys/module/iommufd/parameters/allow_unsafe_interrupts': null,
}

const regions = '/sys/kernel/iommu_groups/8/reserved_regions'
const msi = '0x00000000fee00000 0x00000000feefffff msi\n'
const direct = '0x000000008d800000 0x000000008fffffff direct\n'

const unit = '/sys/class/iommu/dmar0/intel-iommu/cap'
const behindUnit: Edits = { '/sys/bus/pci/devices/0000:01:00.0/iommu': link('../../../virtual/iommu/dmar0') }

const card = '/sys/bus/pci/devices/0000:01:00.0'
const zeros = '0x0000000000000000 0x0000000000000000 0x0000000000000000\n'

/** The workstation before its IOMMU is on, with other tables, and the port above its disk. */
function withDiskPort(files: Readonly<Record<string, Made>>) {
  const kept = Object.entries(workstationFiles).filter(
    ([path]) => !path.endsWith('/iommu_group') && path !== `${units}/dmar0` && path !== `${tables}/DMAR`,
  )
  return madeHost({
    ...Object.fromEntries(kept),
    ...madeFunction('0000:00:1d.0', { class: 0x060400, files: { secondary_bus_number: '2\n' } }),
    ...files,
  })
}

/** The workstation's video card with a resizable BAR 1 of 256 MiB, and as large as `sizes` says. */
function resizable(sizes: number): Edits {
  const read = workstation().readBytes(`${card}/config`)
  if (read.kind !== 'value') throw new Error('no config')
  const bytes = read.value.bytes.slice()
  new DataView(bytes.buffer).setUint32(0x424, sizes, true)
  return { [`${card}/config`]: bytes }
}

const examples: Readonly<Record<string, readonly Example[]>> = {
  'processor-virtualization': [
    {
      name: 'KVM runs',
      host: lab({ ...cpu(intel, 'vmx'), '/sys/class/misc/kvm': link('x') }),
      gives: 'passes',
    },
    {
      name: 'VT-x, and KVM not loaded',
      host: lab({ ...cpu(intel, 'vmx'), ...noKvm }),
      gives: 'passes',
      says: /vmx/,
    },
    {
      name: 'under Xen, which hides it',
      host: lab({
        ...cpu(intel, 'vme'),
        ...noKvm,
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': '000228f5\n',
      }),
      gives: 'not here',
    },
    {
      name: 'VT-x locked off',
      host: lab({ ...cpu(intel, 'vme'), ...noKvm }),
      gives: 'step',
      says: /neither/,
    },
    {
      name: 'a virtual machine',
      host: lab({ ...cpu(intel, 'hypervisor'), ...noKvm }),
      gives: 'not here',
    },
    {
      name: 'SVM in a virtual machine',
      host: lab({ ...cpu(amd, 'svm hypervisor'), ...noKvm, ...kernel('6.1.0-50-amd64') }),
      gives: 'passes',
    },
    {
      name: 'SVM, of a kernel that takes the flag away',
      host: lab({ ...cpu(amd, 'svm'), ...noKvm, ...kernel('6.12.74') }),
      gives: 'passes',
    },
    {
      name: 'SVM, of a kernel that leaves the flag',
      host: lab({ ...cpu(amd, 'svm'), ...noKvm, ...kernel('6.1.0-50-amd64') }),
      gives: 'unknown',
      says: /modprobe kvm_amd/,
    },
    {
      name: 'not x86',
      host: lab({ '/proc/cpuinfo': 'processor\t: 0\nFeatures\t: fp\n\n' }),
      gives: 'unknown',
    },
    { name: 'not to be read', host: lab({ '/proc/cpuinfo': denied }), gives: 'unknown' },
  ],
  'iommu-in-use': [
    { name: 'VT-d on', host: lab(), gives: 'passes', says: /dmar0/ },
    {
      name: 'off on the command line',
      host: lab({ ...off, ...cmdline('quiet intel_iommu=on,off') }),
      gives: 'step',
      says: /take intel_iommu=on,off out/,
    },
    {
      name: 'off and on again: the last counts',
      host: lab({ ...off, ...cmdline('intel_iommu=off intel_iommu=on') }),
      gives: 'step',
      says: /cannot use it.*diagnose/s,
    },
    {
      name: 'off for any IOMMU',
      host: lab({ ...off, ...cmdline('iommu=soft,off') }),
      gives: 'step',
      says: /take iommu=soft,off out/,
    },
    {
      name: 'the parameter of the other maker',
      host: lab({ ...off, ...cmdline('amd_iommu=off') }),
      gives: 'step',
      says: /add intel_iommu=on/,
    },
    {
      name: 'AMD off',
      host: lab({ ...off, ...amdTables, ...cmdline('amd_iommu=off') }),
      gives: 'step',
      says: /take amd_iommu=off out/,
    },
    { name: 'AMD not used', host: lab({ ...off, ...amdTables }), gives: 'step', says: /diagnose/ },
    {
      name: 'no table of the firmware',
      host: lab({ ...off, [`${tables}/DMAR`]: null, ...cpu(intel, 'vmx') }),
      gives: 'step',
      says: /firmware setup/,
    },
    {
      name: 'no table, in a virtual machine',
      host: lab({ ...off, [`${tables}/DMAR`]: null, ...cpu(intel, 'hypervisor') }),
      gives: 'not here',
      says: /see virtual-machine/,
    },
    {
      name: 'no ACPI',
      host: lab({ ...off, [`${tables}/DMAR`]: null, ...cmdline('acpi=off') }),
      gives: 'step',
      says: /take acpi=off out/,
    },
    {
      name: 'under Xen',
      host: lab({
        ...off,
        '/sys/hypervisor/type': 'xen\n',
        '/sys/hypervisor/properties/features': '00002705\n',
      }),
      gives: 'not here',
      says: /see xen-dom0/,
    },
    {
      name: 'a kernel without drivers',
      host: lab({ ...off, [units]: null, [`${units}/`]: null }),
      gives: 'step',
      says: /built without/,
    },
    {
      name: 'a table, and not used',
      host: lab({ ...off, ...cmdline('quiet') }),
      gives: 'step',
      says: /intel_iommu=on/,
    },
    {
      name: 'groups, and no more told',
      host: lab({ [units]: denied }),
      gives: 'passes',
      says: /iommu_group/,
    },
    {
      name: 'a group without an IOMMU',
      host: edited(ungrouped(), {
        [units]: denied,
        '/sys/bus/pci/devices/0000:01:00.0/iommu_group': link('../../../kernel/iommu_groups/0'),
        '/sys/bus/pci/devices/0000:01:00.0/driver': link('../../../bus/pci/drivers/vfio-pci'),
      }),
      gives: 'unknown',
      says: /denied/,
    },
  ],
  'interrupt-remapping': [
    {
      name: 'on, by an IO-APIC',
      host: lab(chips('XT-PIC', 'IR-IO-APIC')),
      gives: 'passes',
      says: /irq\/1\/chip_name = IR-IO-APIC/,
    },
    {
      name: 'on, by a domain of one device',
      host: lab(chips('DMAR-MSI', 'IR-PCI-MSIX-0000:01:00.0')),
      gives: 'passes',
    },
    { name: 'off', host: lab({ ...unmapped, ...cmdline('quiet') }), gives: 'step', says: /does not remap/ },
    {
      name: 'off on the command line',
      host: lab({ ...unmapped, ...cmdline('intremap=on,off nointremap') }),
      gives: 'step',
      says: /take intremap=on,off and nointremap out/,
    },
    {
      name: 'off and on again',
      host: lab({ ...unmapped, ...cmdline('intremap=off,on') }),
      gives: 'step',
      says: /the kernel does not remap/,
    },
    {
      name: 'not by the firmware',
      host: lab({ ...unmapped, [`${tables}/DMAR`]: dmarTable({ flags: 0 }) }),
      gives: 'step',
      says: /INTR_REMAP 0/,
    },
    {
      name: 'off, and allowed',
      host: lab({ ...unmapped, '/sys/module/iommufd/parameters/allow_unsafe_interrupts': 'Y\n' }),
      gives: 'warning',
      says: /iommufd/,
    },
    { name: 'no IOMMU', host: lab(off), gives: 'not here' },
    { name: 'another sort of interrupts', host: lab(chips('GICv3')), gives: 'unknown' },
    {
      name: 'not to be read',
      host: lab({ '/sys/kernel/irq/0/chip_name': denied }),
      gives: 'unknown',
      says: /denied/,
    },
  ],
  'pre-boot-dma-protection': [
    { name: 'not asked for', host: lab(), gives: 'passes', says: /protection 0/ },
    {
      name: 'asked for, IOMMU on',
      host: lab({ [`${tables}/DMAR`]: dmarTable({ flags: 5 }) }),
      gives: 'passes',
    },
    {
      name: 'asked for, IOMMU off',
      host: lab({ ...off, [`${tables}/DMAR`]: dmarTable({ flags: 5 }) }),
      gives: 'note',
      says: /IOMMU off/,
    },
    {
      name: 'asked for by AMD, IOMMU off',
      host: lab({ ...off, ...amdTables, [`${tables}/IVRS`]: ivrsTable(0x42, ivhd(0x11, {})) }),
      gives: 'note',
    },
    { name: 'no table', host: lab({ [`${tables}/DMAR`]: null }), gives: 'not here' },
    { name: 'not to be read', host: lab({ [`${tables}/DMAR`]: denied }), gives: 'unknown', says: /denied/ },
  ],
  'reserved-memory': [
    { name: 'no claim', host: lab({ [regions]: msi }), gives: 'passes' },
    {
      name: 'a claim that is let go',
      host: lab({ [regions]: `${msi}0x000000008d800000 0x000000008fffffff direct-relaxable\n` }),
      gives: 'passes',
    },
    {
      name: 'a claim, Intel',
      host: lab({ [regions]: direct + msi }),
      gives: 'impossible',
      says: /40 MiB at 0x8d800000/,
    },
    {
      name: 'two claims',
      host: lab({ [regions]: `${direct}0x00000000000e0000 0x00000000000effff direct\n` }),
      gives: 'impossible',
      says: /and 1 more/,
    },
    {
      name: 'a claim, AMD, a kernel that refuses',
      host: lab({ ...amdTables, [regions]: direct, ...kernel('6.12.74') }),
      gives: 'impossible',
    },
    {
      name: 'a claim, AMD, a kernel that does not',
      host: lab({ ...amdTables, [regions]: direct, ...kernel('6.1.0-50-amd64') }),
      gives: 'warning',
      says: /newer ones/,
    },
    {
      name: 'a claim, AMD, a kernel between',
      host: lab({ ...amdTables, [regions]: direct, ...kernel('6.6.8-arch1') }),
      gives: 'unknown',
      says: /whether this kernel refuses/,
    },
    {
      name: 'no groups yet, claim for a video card',
      host: edited(ungrouped(), { ...off }),
      gives: 'passes',
      says: /no RMRR/,
    },
    {
      name: 'no groups yet, claim for a disk',
      host: withDiskPort({
        [`${tables}/DMAR`]: dmarTable(
          { width: 39, flags: 1 },
          drhd({ base: 0xfed9_0000, all: true }),
          rmrr(0x8a00_0000, 0x8a01_ffff, scope(1, 0, [0x1d, 0, 0x00, 0])),
        ),
      }),
      device: '0000:02:00.0',
      gives: 'impossible',
      says: /RMRR 0x8a000000-0x8a01ffff for 0000:02:00.0/,
    },
    {
      name: 'no groups yet, IVMD',
      host: withDiskPort({
        [`${tables}/IVRS`]: ivrsTable(
          0x42,
          ivhd(0x11, {}, entry4(3, 0x0008), entry4(4, 0xffff)),
          ivmd(0x20, 1, 0, 0, 0x9000_0000, 0x1_0000),
        ),
      }),
      device: '0000:02:00.0',
      gives: 'impossible',
      says: /IVMD/,
    },
    {
      name: 'nothing switched on',
      host: edited(ungrouped(), { ...off, [`${tables}/DMAR`]: null }),
      gives: 'not here',
    },
    { name: 'not to be read', host: lab({ [regions]: denied }), gives: 'unknown', says: /denied/ },
    { name: 'not understood', host: lab({ [regions]: 'what\n' }), gives: 'unknown' },
  ],
  'dma-width': [
    {
      name: '39 bits under 46',
      host: lab({ ...cpu(intel, ''), ...behindUnit, [unit]: '1c0000c40660462\n' }),
      gives: 'warning',
      says: /39 bits \(512 GiB\), the processor has 46.*host-phys-bits-limit=39/s,
    },
    {
      name: 'tables of 39 bits only',
      host: lab({ ...cpu(intel, ''), ...behindUnit, [unit]: '2f0200\n' }),
      gives: 'warning',
      says: /limit="39"/,
    },
    {
      name: '48 bits',
      host: lab({ ...cpu(intel, ''), ...behindUnit, [unit]: 'd2078c106f0466\n' }),
      gives: 'passes',
    },
    {
      name: 'AMD',
      host: lab({
        [`${units}/dmar0`]: null,
        [`${units}/ivhd0`]: link('../../devices/pci0000:00/0000:00:00.2/iommu/ivhd0'),
      }),
      gives: 'not here',
    },
    {
      name: 'no unit in charge',
      host: lab({ '/sys/bus/pci/devices/0000:01:00.0/iommu': null }),
      gives: 'not here',
    },
    { name: 'not to be read', host: lab({ '/proc/cpuinfo': denied }), gives: 'unknown' },
    { name: 'not understood', host: lab({ ...behindUnit, [unit]: '0x1\n' }), gives: 'unknown' },
  ],
  'bar-addresses': [
    { name: 'all placed', host: workstation(), gives: 'passes', says: /3 of 3/ },
    {
      name: 'one without an address yet',
      host: edited(workstation(), {
        [`${card}/resource`]: `0x0000000000000000 0x00000003ffffffff 0x000000002014220c\n${zeros.repeat(12)}`,
      }),
      gives: 'step',
      says: /BAR 0 \(16 GiB\) has no address/,
    },
    {
      name: 'one that the kernel gave up',
      host: edited(workstation(), {
        [`${card}/resource`]: zeros.repeat(13),
        [`${card}/config`]: withBar(0x10, 0x0000_000c),
      }),
      gives: 'step',
      says: /BAR 0 has no address/,
    },
    {
      name: 'no memory BAR',
      host: edited(workstation(), { [`${card}/resource`]: zeros.repeat(13) }),
      gives: 'not here',
    },
    { name: 'a bridge', host: workstation(), device: '0000:00:01.0', gives: 'not here' },
    {
      name: 'not to be read',
      host: edited(workstation(), { [`${card}/resource`]: denied }),
      gives: 'unknown',
    },
  ],
  'resizable-bar': [
    { name: 'as large as it can be', host: workstation(), gives: 'passes', says: /256 MiB of 256 MiB/ },
    {
      name: 'smaller',
      host: edited(workstation(), resizable(0x0004_1000)),
      gives: 'note',
      says: /256 MiB and could have 16 GiB.*switch on Resizable BAR.*echo 14 > .*resource1_resize/s,
    },
    {
      name: 'smaller, below 4 GiB',
      host: edited(workstation(), {
        ...resizable(0x0004_1000),
        [`${card}/resource`]: `${zeros}0x00000000d0000000 0x00000000dfffffff 0x000000000014220c\n${zeros.repeat(11)}`,
      }),
      gives: 'note',
      says: /Above 4G Decoding/,
    },
    { name: 'a disk', host: lab(), gives: 'not here' },
    {
      name: 'not to be read',
      host: edited(workstation(), { [`${card}/config`]: denied }),
      gives: 'unknown',
      says: /denied/,
    },
  ],
}

describeRules(firmwareRules, examples)

it.each(brokenRemapping)('the chipset $device up to revision $upTo loses remapped interrupts', (row) => {
  for (const [revision, broken] of [
    [row.upTo, true],
    [row.upTo + 1, false],
    ...(row.also === undefined ? [] : ([[row.also, true]] as const)),
  ] as const) {
    const host = lab({
      ...unmapped,
      ...cmdline('quiet'),
      '/sys/bus/pci/devices/0000:00:00.0/device': `0x${row.device.toString(16)}\n`,
      '/sys/bus/pci/devices/0000:00:00.0/revision': `0x${revision.toString(16)}\n`,
    })
    expect(outcomeOf('interrupt-remapping', host)).toMatch(broken ? /this chipset/ : /^the kernel does not/)
  }
})

function outcomeOf(id: string, host: ReturnType<typeof lab>): string {
  const rule = firmwareRules.find((one) => one.id === id)!
  return checkComputer(readMachine(host), [rule])
    .findings.map(({ says }) => says)
    .join()
}

function withBar(at: number, value: number): Uint8Array {
  const bytes = new Uint8Array(64)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, 0x2206_10de, true)
  view.setUint32(at, value, true)
  return bytes
}
