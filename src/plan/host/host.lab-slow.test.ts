import { afterEach, describe, expect, it } from 'vitest'
import { handover } from '../../../test/lab.js'
import { useComputer } from '../../../test/support/provoking.js'

const card = '0000:01:00.0'
const folder = `/sys/bus/pci/devices/${card}`
const pages = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'

describe('in the laboratory', () => {
  const lab = useComputer({
    iommu: 'intel',
    devices: [{ 'root-port': { devices: [{ nvme: { sriov_max_vfs: 2 } }] } }],
  })
  const say = async (command: string) => (await lab().succeed(command)).trim()
  const make = (words: string) =>
    lab().run(
      `${handover} plan ${words} --force -o /tmp/plan.json >/dev/null; ${handover} apply /tmp/plan.json --yes`,
    )
  const settings = () =>
    say(
      `cat ${folder}/sriov_numvfs ${folder}/sriov_drivers_autoprobe ${pages}; ls ${folder} | grep -c virtfn || true`,
    )
  const asBefore = '0\n1\n0\n0'

  afterEach(async () => {
    await lab().run(`pkill sleep; ${handover} undo --all`)
    expect(await settings().catch((error: Error) => error.message)).toBe(asBefore)
  })

  it('virtual functions are made, without a driver of the host, one goes to vfio-pci, and all go', async () => {
    const made = await make(`${card} --functions 2`)
    expect([made.status, made.stderr]).toEqual([0, expect.stringContaining('virtual functions')])
    expect(await say(`cat ${folder}/sriov_numvfs`)).toBe('2')
    const part = await say(`basename $(readlink ${folder}/virtfn0)`)
    expect(await say(`ls /sys/bus/pci/devices/${part} | grep -c '^driver$' || true`)).toBe('0')
    // This computer has a text console and no card: which function it is on is not known.
    await lab().succeed(`${handover} bind ${part} --accept display`)
    expect(await say(`basename $(readlink /sys/bus/pci/devices/${part}/driver)`)).toBe('vfio-pci')
    // While a machine has it, the card's functions are not taken away.
    const group = await say(`basename $(readlink /sys/bus/pci/devices/${part}/iommu_group)`)
    await lab().succeed(`(exec 3<>/dev/vfio/${group}; exec sleep 600) >/dev/null 2>&1 & sleep 1`)
    const refused = await lab().run(`${handover} undo 1`)
    expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining('in use')])
    expect(await say(`cat ${folder}/sriov_numvfs`)).toBe('2')
  })

  it('more virtual functions than there can be are refused', async () => {
    const { status, stderr } = await lab().run(`${handover} plan ${card} --functions 3`)
    expect([status, stderr]).toEqual([64, expect.stringContaining('makes 2 virtual functions at most')])
  })

  it('huge pages are set aside, and given back', async () => {
    expect((await make('--huge-pages 32M')).status).toBe(0)
    expect(await say(`cat ${pages}`)).toBe('16')
    await lab().succeed(`${handover} undo`)
    expect(await say(`cat ${pages}`)).toBe('0')
  })

  it('huge pages that there is no room for are not set aside at all', async () => {
    // All memory but 4 MiB: the kernel gives some of it, and says nothing.
    const most = await say("awk '/MemTotal/ { print int($2 / 2048) * 2 - 4 }' /proc/meminfo")
    const { status, stderr } = await make(`--huge-pages ${most}M`)
    expect([status, stderr]).toEqual([1, expect.stringMatching(/nr_hugepages is \d+ where \d+ was expected/)])
    expect(await say(`cat ${pages}`)).toBe('0')
  })
})
