import type { Parameter } from '../../machine/index.js'

/** Words of a kernel command line by which an IOMMU or its interrupt remapping is switched off. */

/**
 * `described`: the firmware's tables. The kernel compares beginnings of options, and of VT-d's `on` and `off` the last counts (Linux
 * drivers/iommu/intel/iommu.c intel_iommu_setup, amd/init.c parse_amd_iommu_options, arch/x86/kernel/pci-dma.c iommu_setup).
 */
export function iommuOffWords(line: readonly Parameter[], described: readonly string[]): readonly string[] {
  const always = wordsOf(line, 'iommu').filter(({ values }) => values.some((one) => one.startsWith('off')))
  const intel = wordsOf(line, 'intel_iommu').filter(({ values }) =>
    values.some((one) => one.startsWith('on') || one.startsWith('off')),
  )
  const last = intel.at(-1)?.values.findLast((one) => one.startsWith('on') || one.startsWith('off'))
  const isOff = described.includes('DMAR') && last?.startsWith('off')
  const amd = described.includes('IVRS')
    ? wordsOf(line, 'amd_iommu').filter(({ values }) => values.some((one) => one.startsWith('off')))
    : []
  return [...always, ...(isOff ? [intel.at(-1)!] : []), ...amd].map(({ word }) => word)
}

/** Linux drivers/iommu/irq_remapping.c setup_nointremap, setup_irqremap: of `on` and `off` the last counts. */
export function remappingOffWords(line: readonly Parameter[]): readonly string[] {
  const last = wordsOf(line, 'intremap')
    .flatMap(({ word, values }) => values.map((value) => ({ word, value })))
    .findLast(({ value }) => value.startsWith('on') || value.startsWith('off'))
  const old = line.flatMap(({ text }) => (text === 'nointremap' ? [text] : []))
  return [...(last?.value.startsWith('off') ? [last.word] : []), ...old]
}

/** Every `name=a,b` of the line, in order. */
export function wordsOf(
  line: readonly Parameter[],
  wanted: string,
): readonly { readonly word: string; readonly values: readonly string[] }[] {
  return line.flatMap(({ name, value, text }) =>
    name === wanted && value !== null ? [{ word: text, values: value.split(',') }] : [],
  )
}
