import { describe, expect, it } from 'vitest'
import { useLab } from '../../test/lab.js'

describe('the laboratory', () => {
  const lab = useLab()

  it('has an IOMMU that the kernel uses', async () => {
    expect(await lab().succeed('ls /sys/class/iommu')).toContain('dmar0')
    expect(await lab().succeed('readlink /sys/bus/pci/devices/0000:01:00.0/iommu_group')).toMatch(
      /iommu_groups\/\d+\n$/,
    )
  })

  it('gives the drivers their devices, as a distribution would', async () => {
    const driver = (address: string) =>
      lab().succeed(`basename $(readlink /sys/bus/pci/devices/${address}/driver)`)
    expect(await driver('0000:00:02.0')).toMatch(/^cirrus/)
    expect(await driver('0000:01:00.0')).toBe('nvme\n')
    expect(await driver('0000:03:00.0')).toBe('e1000e\n')
  })

  it("sees this machine's files and writes none of them", async () => {
    const file = new URL(import.meta.url).pathname
    expect(await lab().succeed(['cat', file])).toContain('writes none of them')
    await lab().succeed(['sh', '-c', 'echo changed > "$0"', file])
    expect(await lab().succeed(['cat', file])).toBe('changed\n')
    await expect(import('node:fs').then((fs) => fs.readFileSync(file, 'utf8'))).resolves.toContain(
      'writes none of them',
    )
  })

  it('gives a command its input, and gives back its output and its status', async () => {
    expect(await lab().run('cat; echo no >&2; exit 3', { input: 'höre\n' })).toEqual({
      status: 3,
      signal: null,
      stdout: 'höre\n',
      stderr: 'no\n',
    })
  })

  it('passes a signal on to all of a command', async () => {
    const running = lab().start('trap "echo caught; exit 7" INT; while :; do sleep 0.1; done')
    setTimeout(() => running.kill('SIGINT'), 500)
    expect(await running.ended).toMatchObject({ status: 7, stdout: 'caught\n' })
  })

  it('says so when a program cannot be run', async () => {
    await expect(lab().run(['/no/such/program'])).rejects.toThrow(
      /no\/such\/program cannot be run in the laboratory/,
    )
  })
})
