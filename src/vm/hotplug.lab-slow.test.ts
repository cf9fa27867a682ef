import { afterEach, describe, expect, it } from 'vitest'
import { handover, top, useLab } from '../../test/lab.js'

const disk = '0000:01:00.0'
const runs = '/run/handover/vms'

/** Ports that QEMU itself empties while no system has switched their power on: see test/support/tiny-qemu.ts. */
const machine =
  'qemu-system-x86_64 -M q35 -accel tcg -m 64M -nodefaults -display none -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off -device pcie-root-port,id=spare0,chassis=1'

/** What is written of a run that nobody watches. */
const record = (name: string) => ({
  ...{ schema: 'handover.run/1', name, file: `/run/${name}.yaml`, startedAt: '2026-01-01T00:00:00.000Z' },
  ...{ watcher: { pid: 1, start: 'none' }, kept: 'by a test', accelerator: 'tcg', addresses: [], disks: [] },
  ...{ memoryBytes: 64 * 1024 ** 2, cpus: 1, arguments: [], journals: [], ended: null },
})

/** What the machine does, as `vm status` shows it. */
const activity = (name: string) => `${process.execPath} --input-type=module -e '
import { showActivity } from "${top}/dist/cli/vm-activity.js"
import { runningMachine } from "${top}/dist/cli/running-machine.js"
import { terminal } from "${top}/dist/cli/terminal.js"
const signal = new AbortController().signal
await showActivity(terminal(process.stdout, process.stderr, {}), runningMachine("${name}"), { json: true, again: false, signal })
'`

describe('a device that is plugged into a machine in the laboratory', () => {
  const lab = useLab()
  const started: string[] = []

  /** Starts a machine whose firmware finds nothing to boot; gives the number of its process. */
  async function start(name: string): Promise<string> {
    const folder = `${runs}/${name}`
    const json = JSON.stringify(record(name)).slice(1)
    const pid = (
      await lab().succeed(`mkdir -p ${folder}
${machine} -qmp unix:${folder}/qmp.sock,server=on,wait=off </dev/null >${folder}/log 2>&1 &
pid=$!
start=$(cut -d' ' -f22 /proc/$pid/stat)
printf '{"qemu":{"pid":%s,"start":"%s"},%s' $pid $start '${json}' >${folder}/run.json
for i in $(seq 200); do [ -S ${folder}/qmp.sock ] && break; sleep 0.1; done
echo $pid`)
    ).trim()
    started.push(pid)
    return pid
  }

  const kill = (pid: string) => lab().succeed(`kill -9 ${pid}; while [ -d /proc/${pid} ]; do sleep 0.1; done`)
  const driver = async () =>
    (await lab().run(`basename $(readlink /sys/bus/pci/devices/${disk}/driver)`)).stdout.trim()

  /** However a machine ended, the host has its disk. */
  afterEach(async () => {
    for (const pid of started.splice(0))
      if ((await lab().run(`[ -d /proc/${pid} ]`)).status === 0) await kill(pid)
    if ((await driver()) === 'vfio-pci') await lab().succeed(`${handover} undo --all`)
    await lab().succeed(
      `rm -rf ${runs}; for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done`,
    )
    expect(await driver()).toBe('nvme')
  })

  it('is in it, is seen there, and comes back', async () => {
    await start('inner')
    const said = await lab().succeed(`${handover} vm attach inner ${disk}`)
    expect(said).toContain(`${disk}: attached to inner, behind its port spare0.`)
    expect(await driver()).toBe('vfio-pci')

    const seen = JSON.parse(await lab().succeed(activity('inner')))
    expect(seen.devices).toMatchObject([
      // QEMU asks for the pin's interrupt until a driver in the machine asks for another kind (hw/vfio/pci.c vfio_realize).
      { address: disk, driver: { value: 'vfio-pci' }, interrupts: { value: { kind: 'INTx', vectors: 1 } } },
    ])
    expect(Number(seen.memory.value.dmaBytes)).toBeGreaterThanOrEqual(64 * 1024 ** 2)
    expect(seen.faults.value).toEqual({ sinceStart: true, list: [] })
    expect(seen.qemu.value).toMatchObject({ state: 'running', kvm: false })

    const back = await lab().succeed(`${handover} vm detach inner ${disk}`)
    expect(back).toContain(`${disk}: detached from inner; back with the host.`)
    expect(await driver()).toBe('nvme')
    expect(JSON.parse(await lab().succeed(activity('inner'))).devices).toEqual([])
  })

  it('is refused to another machine', async () => {
    const pid = await start('inner')
    await lab().succeed(`${handover} vm attach inner ${disk}`)
    await start('other')
    const refused = await lab().run(`${handover} vm attach other ${disk}`)
    expect(refused).toMatchObject({ status: 5, stderr: expect.stringContaining(`${disk} is in use: `) })
    expect(refused.stderr).toContain(`(process ${pid}) has /dev/vfio/`)
  })

  it('is given back by what the run folder says, when the machine was killed', async () => {
    const pid = await start('inner')
    await lab().succeed(`${handover} vm attach inner ${disk}`)
    await kill(pid)
    const { addresses, journals } = JSON.parse(await lab().succeed(`cat ${runs}/inner/run.json`))
    expect(addresses).toEqual([disk])
    await lab().succeed(`${handover} undo ${journals[0]}`)
    expect(await driver()).toBe('nvme')
  })
  it('comes back when a machine that vm start left behind ends', async () => {
    await lab().succeed('cat >/run/plug.yaml', {
      input:
        'name: plug\nmemory: 64M\narguments: [-global, ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off]\n',
    })
    await lab().succeed(`${handover} vm start /run/plug.yaml`)
    await lab().succeed(`${handover} vm attach plug ${disk}`)
    const seen = JSON.parse(await lab().succeed(`${handover} vm status plug --watch --json`))
    expect(seen.devices).toMatchObject([{ address: disk, interrupts: { value: { kind: 'INTx' } } }])
    expect(JSON.parse(await lab().succeed(`${handover} vm status plug --json`)).devices).toEqual([
      { address: disk, driver: { value: 'vfio-pci' } },
    ])
    await lab().succeed(`${handover} vm stop plug --force`)
    expect(await driver()).toBe('nvme')
  })
})
