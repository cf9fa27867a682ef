import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { top } from '../../test/lab.js'

const program = join(top, 'bin/handover')
const scratch = mkdtempSync(join(tmpdir(), 'handover-lab-test-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** Runs this program on this machine. `XDG_RUNTIME_DIR` keeps its laboratory apart from one that a person runs. */
function start(...args: string[]) {
  const env = { ...process.env, XDG_RUNTIME_DIR: scratch }
  const child = spawn(program, args, { env, cwd: top, detached: true })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const ended = once(child, 'close').then(([status]) => ({ status: status as number, stdout, stderr }))
  return {
    ended,
    runs: () => child.exitCode === null,
    said: (text: string) => stdout.includes(text) || stderr.includes(text),
    /** To all that belongs to it on the terminal, as a terminal does. */
    pressCtrlC: () => process.kill(-child.pid!, 'SIGINT'),
  }
}

async function until(lab: ReturnType<typeof start>, text: string): Promise<void> {
  while (!lab.said(text) && lab.runs()) await new Promise((done) => setTimeout(done, 200))
}

function script(text: string): string {
  const file = join(scratch, 'script.sh')
  writeFileSync(file, text)
  return file
}

describe('handover lab', { timeout: 300_000 }, () => {
  it('run: runs a script with its arguments in a computer of its own, and ends with its status', async () => {
    const file = script('echo "$1 $(hostname)"; handover groups >&2; exit 7')
    const { status, stdout, stderr } = await start('lab', 'run', file, 'hello').ended
    expect(stdout).toBe('hello handover-lab\n')
    expect(stderr).toContain('NVM Express Controller')
    expect(status).toBe(7)
  })

  it('is shared with other terminals, and ends on Ctrl-C', async () => {
    const lab = start('lab')
    await until(lab, 'The laboratory is up')
    const shared = await start('lab', 'run', script('hostname')).ended
    // No computer was started for the script.
    expect(shared).toEqual({ status: 0, stdout: 'handover-lab\n', stderr: '' })
    const second = await start('lab').ended
    expect(second).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^handover: a laboratory is running already/),
    })
    lab.pressCtrlC()
    expect((await lab.ended).status).toBe(0)
  })

  it('run: lets the script end by itself on Ctrl-C', async () => {
    const lab = start(
      'lab',
      'run',
      script('trap "echo caught; exit 9" INT; echo up; while :; do sleep 0.1; done'),
    )
    await until(lab, 'up')
    lab.pressCtrlC()
    expect(await lab.ended).toMatchObject({ status: 9, stdout: 'up\ncaught\n' })
  })

  it('run: ends a script that does not listen to Ctrl-C', async () => {
    const lab = start('lab', 'run', script('trap "" INT; echo up; while :; do sleep 0.1; done'))
    await until(lab, 'up')
    lab.pressCtrlC()
    expect(await lab.ended).toMatchObject({ status: 137, stdout: 'up\n' })
  })

  it.each([
    { iommu: 'amd', units: 'ivhd0', options: [] },
    { iommu: 'virtio', units: '0000:00:01.0', options: ['--kernel', '6.12'] },
    { iommu: 'none', units: '', options: [] },
  ])('run: gives a computer with the IOMMU $iommu', async ({ iommu, units, options }) => {
    const topology = join(scratch, 'topology.yaml')
    writeFileSync(topology, `iommu: ${iommu}\ndevices: [ { root-port: { devices: [ edu ] } } ]\n`)
    const { stdout, status } = await start(
      'lab',
      'run',
      '--topology',
      topology,
      ...options,
      script('ls /sys/class/iommu /sys/kernel/iommu_groups'),
    ).ended
    expect(status).toBe(0)
    const [found, groups] = stdout
      .replace('/sys/class/iommu:\n', '')
      .split('/sys/kernel/iommu_groups:\n')
      .map((text) => text.trim())
    expect(found).toBe(units)
    if (iommu === 'none') expect(groups).toBe('')
    else expect(groups!.trim().split('\n').length).toBeGreaterThan(4)
  })

  it.each(['6.12', '7'])("boots Debian's kernel %s", async (kernel) => {
    const { stdout, status } = await start(
      'lab',
      'run',
      '--kernel',
      kernel,
      script('uname -r; modprobe vfio-pci && ls /dev/vfio'),
    ).ended
    expect(stdout.startsWith(`${kernel}.`)).toBe(true)
    expect(stdout).toContain('vfio')
    expect(status).toBe(0)
  })

  it('names what is wrong with a topology', async () => {
    const topology = join(scratch, 'wrong.yaml')
    writeFileSync(topology, 'devices: [vidoe]\n')
    const { status, stderr } = await start('lab', '--topology', topology).ended
    expect(status).toBe(64)
    expect(stderr).toContain('wrong.yaml:1: devices.0: no kind of device is called vidoe')
  })
})
