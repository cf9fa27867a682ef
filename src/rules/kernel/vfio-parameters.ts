import { commandLinePath, knownValue, modprobeFolders, type Setting } from '../../machine/index.js'
import { need, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule, Outcome } from '../rule.js'

/** The parameters of VFIO's modules, and where they are defined. All are in Linux 6.1, 6.12 and 7.3. */
export const vfioParameters: readonly {
  readonly module: string
  readonly names: readonly string[]
  readonly source: string
}[] = [
  {
    module: 'vfio_pci',
    names: ['ids', 'nointxmask', 'disable_vga', 'disable_idle_d3', 'enable_sriov', 'disable_denylist'],
    source: 'drivers/vfio/pci/vfio_pci.c',
  },
  {
    module: 'vfio_iommu_type1',
    names: ['allow_unsafe_interrupts', 'disable_hugepages', 'dma_entry_limit'],
    source: 'drivers/vfio/vfio_iommu_type1.c',
  },
  {
    module: 'vfio',
    names: ['enable_unsafe_noiommu_mode'],
    source: 'drivers/vfio/vfio_main.c, in 6.1 container.c',
  },
]

export const vfioParametersRule: ComputerRule = {
  id: 'vfio-parameters',
  title: 'Do the parameters given to VFIO reach it?',
  about: 'computer',
  looksAt: [commandLinePath, ...modprobeFolders, '/sys/module/vfio_pci'],
  why: 'The kernel passes over a parameter that it does not know, on its command line without a word. What was meant to keep a device for vfio-pci from the start then does nothing.',
  fix: 'Write it as vfio-pci.ids=VENDOR:DEVICE,... on the command line, or as options vfio-pci ids=VENDOR:DEVICE,... in modprobe.d.',
  sources: [
    ...vfioParameters.map(({ module, source }) => `Linux ${source}: parameters of ${module}`),
    'Linux init/main.c unknown_bootoption; kernel/module/main.c unknown_module_param_cb; kernel/params.c parameqn',
    'kmod libkmod/libkmod-config.c kmod_config_parse_kcmdline; libkmod-module.c kmod_module_get_options',
  ],
  atWorst: 'warning',
  check(machine) {
    const words = need(machine.system.commandLine)
    const settings = need(machine.system.moduleSettings)
    const found: Outcome[] = []
    for (const { name, text } of words)
      if (/^vfio/i.test(name) && !name.includes('.'))
        found.push(unknownTo('the kernel', text, commandLinePath))
    for (const { module, name, text, path } of settings) {
      const known = vfioParameters.find((row) => row.module === module)
      const isKnown = known ? known.names.includes(name) || name === 'dyndbg' : !near(`${module}.${name}`)
      if (!isKnown) found.push(unknownTo(known ? module : 'the kernel', text, path, name))
    }
    const driver = knownValue(machine.system.vfioModule('vfio-pci'))
    const builtIn = driver?.state === 'built in'
    const isLost = ({ module, path }: Setting) => builtIn && module === 'vfio_pci' && path !== commandLinePath
    for (const setting of settings)
      if (isLost(setting))
        found.push(
          warning(
            'vfio-pci is built into this kernel, so what modprobe.d says of it does nothing',
            [seen(setting.path, setting.text), driver!.evidence],
            { fix: `write ${written(setting)} on the kernel's command line, and restart` },
          ),
        )
    found.push(...repeated(settings.filter((one) => !isLost(one))))
    return found.length > 0 ? found : passes('every parameter given to VFIO is one of its own')
  },
}

function unknownTo(whom: string, text: string, path: string, name?: string): Outcome {
  const owner = vfioParameters.find((row) => name !== undefined && row.names.includes(name))
  const meant = owner ? `${spelled(owner.module)}.${name}` : near(text.split('=')[0]!)
  return warning(
    `${name ?? text.split('=')[0]} is no parameter of ${whom}`,
    seen(path, text),
    meant === undefined ? {} : { fix: `it is ${meant}: write that in its place` },
  )
}

/** The parameter that has the same letters: `vfio-pci-ids` is meant to be `vfio-pci.ids`. */
function near(text: string): string | undefined {
  const letters = (name: string) => name.replace(/[^a-z0-9]/gi, '').toLowerCase()
  for (const { module, names } of vfioParameters)
    for (const name of names)
      if (letters(text) === letters(module + name)) return `${spelled(module)}.${name}`
  return undefined
}

function written({ module, name, value }: Setting): string {
  return `${spelled(module)}.${name}${value === null ? '' : `=${value}`}`
}

/** As people write it; to the kernel both are one. */
function spelled(module: string): string {
  return module === 'vfio_pci' ? 'vfio-pci' : module
}

/** A parameter given again with another value: only the last one counts, they do not add up. */
function repeated(settings: readonly Setting[]): readonly Outcome[] {
  return vfioParameters.flatMap(({ module, names }) =>
    names.flatMap((name) => {
      const given = settings.filter((one) => one.module === module && one.name === name)
      if (new Set(given.map(({ value }) => value)).size < 2) return []
      const last = given.at(-1)!
      return [
        warning(
          `${name} of ${module} is given ${given.length} times, and only the last one counts: ${last.value ?? 'without a value'}`,
          given.map(({ path, text }) => seen(path, text)),
          {
            fix:
              name === 'ids'
                ? 'put all ids into one, with commas between them'
                : 'leave the one that is meant',
          },
        ),
      ]
    }),
  )
}
