import { afterEach, describe, expect, it } from 'vitest'
import { handover, top, useLab } from '../../test/lab.js'

const video = '0000:00:02.0'
const root = '0000:00:1e.0'
const [isa, sata, smbus] = ['0000:00:1f.0', '0000:00:1f.2', '0000:00:1f.3']
const disk = '0000:01:00.0'
const edu = '0000:02:00.0'
/** Every endpoint that a test touches, and the driver and override it has in a fresh laboratory. */
const own = {
  [video]: 'cirrus (null)',
  [isa]: 'lpc_ich (null)',
  [sata]: 'ahci (null)',
  [smbus]: 'i801_smbus (null)',
  [disk]: 'nvme (null)',
  [edu]: '(null)',
}

describe('in the laboratory', () => {
  const lab = useLab()

  const driver = async (address: string) =>
    (await lab().run(`basename $(readlink /sys/bus/pci/devices/${address}/driver)`)).stdout.trim()
  const override = async (address: string) =>
    (await lab().succeed(`cat /sys/bus/pci/devices/${address}/driver_override`)).trim()
  /** `driver override` of each endpoint. */
  const bindings = async () => {
    const line =
      'cd /sys/bus/pci/devices/$a; echo $a $(basename $(readlink driver) 2>/dev/null) $(cat driver_override)'
    const said = await lab().succeed(`for a in ${Object.keys(own).join(' ')}; do ${line}; done`)
    return Object.fromEntries(
      said
        .trim()
        .split('\n')
        .map((one) => one.split(/ (.*)/).slice(0, 2)),
    )
  }
  const run = (line: string) => lab().run(`${handover} ${line}`)
  /** What must go well; what was said otherwise stands in the failure. */
  const succeed = (line: string) => lab().succeed(`${handover} ${line}`)
  /** Makes writes to a file of the kernel fail with EROFS, until it is unmounted. */
  const forbid = (path: string) =>
    lab().succeed(
      `touch /run/forbidden && mount --bind /run/forbidden ${path} && mount -o remount,ro,bind ${path}`,
    )

  afterEach(async () => {
    await lab().run('umount /sys/bus/pci/drivers/vfio-pci/bind /sys/bus/pci/drivers/nvme/unbind; pkill sleep')
    expect(await bindings()).toEqual(own)
  })

  it('bind gives devices to vfio-pci, a second time does nothing, and unbind gives them back', async () => {
    await succeed(`bind ${disk} ${edu}`)
    expect([await driver(disk), await driver(edu)]).toEqual(['vfio-pci', 'vfio-pci'])
    expect(await lab().succeed('ls /dev/vfio')).toMatch(/^\d+\n\d+\nvfio\n$/)
    expect(await succeed(`bind ${disk} ${edu}`)).toContain('Nothing')
    await succeed(`unbind ${disk} ${edu}`)
    // The disk is the host's again: nvme reads it.
    await lab().succeed(
      'udevadm settle 2>/dev/null; for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done',
    )
    await lab().succeed('dd if=/dev/nvme0n1 of=/dev/null bs=4096 count=1 iflag=direct')
  })

  it('every endpoint of a group leaves its driver; an ISA bridge is left without one', async () => {
    await succeed(`bind ${sata}`)
    expect([await driver(isa), await driver(sata), await driver(smbus)]).toEqual(['', 'vfio-pci', 'vfio-pci'])
    expect(await override(isa)).toBe('none')
    await succeed(`unbind ${smbus}`)
  })

  it('the display and the root disk are refused; accepted, the card leaves with the text console, and both come back', async () => {
    const console =
      'grep -l "frame buffer" /sys/class/vtconsole/*/name | xargs dirname | xargs -I{} cat {}/bind'
    expect(await lab().succeed(console)).toBe('1\n')
    const refused = await run(`bind ${video} ${root}`)
    expect(refused.status, refused.stderr).toBe(5)
    expect(refused.stderr).toContain('--accept display')
    expect(refused.stderr).toContain('--accept root-disk')
    expect([await driver(video), await driver(root)]).toEqual(['cirrus', 'virtio-pci'])
    await succeed(`bind ${video} --accept display`)
    expect(await driver(video)).toBe('vfio-pci')
    await succeed(`unbind ${video}`)
    expect(await lab().succeed(console)).toBe('1\n')
  })

  it('what somebody has open is not touched, and who has it is said', async () => {
    await lab().succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    const holder = lab().start('exec 5</dev/nvme0n1; exec sleep 60')
    await lab().succeed('until pgrep -x sleep; do sleep 0.1; done')
    const held = await run(`bind ${disk} ${edu}`)
    expect(held.status).not.toBe(0)
    expect(held.stderr).toMatch(/sleep \(process \d+\) has \/dev\/nvme0n1 open/)
    expect([await driver(disk), await driver(edu)]).toEqual(['nvme', ''])
    holder.kill('SIGKILL')
    await holder.ended
  })

  it('a driver that fails half-way: everything is put back', async () => {
    await lab().succeed('modprobe vfio-pci')
    // The disk has left nvme when vfio-pci does not take it.
    await forbid('/sys/bus/pci/drivers/vfio-pci/bind')
    const refused = await run(`bind ${disk}`)
    expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('EROFS') })
    expect(await driver(disk)).toBe('nvme')
    await lab().succeed('umount /sys/bus/pci/drivers/vfio-pci/bind')
    // edu has gone to vfio-pci when nvme does not let go.
    await forbid('/sys/bus/pci/drivers/nvme/unbind')
    const halfway = await run(`bind ${disk} ${edu}`)
    expect(halfway).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(new RegExp(`${edu}: put back`)),
    })
  })

  it('a driver that does not let go is waited for so long, and goes home when it does', async () => {
    // Under a name of its own the node is not seen to be in use, so the driver is asked to let go, and waits in the kernel.
    const holder = lab().start(
      'modprobe i2c-dev; mknod /run/own-i2c c 89 0; exec 5<>/run/own-i2c; exec sleep 60',
    )
    await lab().succeed('until pgrep -x sleep; do sleep 0.1; done')
    const script = `
      import { applyPlan, liveContext, planBinding } from '${top}/dist/changes/index.js'
      import { readMachine } from '${top}/dist/machine/index.js'
      const context = liveContext({ limits: { closeMs: 200, writeMs: 1500 } })
      const plan = planBinding(context.host, readMachine(context.host), ['${smbus}'])
      const started = Date.now()
      await applyPlan(plan, context).catch(({ cause, notPutBack }) =>
        console.log(JSON.stringify({ name: cause.name, driver: cause.driver, pid: cause.pid, left: notPutBack.length, ms: Date.now() - started })))
      context.writer.close()`
    const said = JSON.parse(await lab().succeed([process.execPath, '--input-type=module', '-e', script]))
    expect(said).toMatchObject({ name: 'BlockedError', driver: 'i801_smbus', left: 0 })
    expect(said.ms).toBeLessThan(30_000)
    // Nobody else of the group has been touched, and the process that waits is still in the kernel.
    expect([await driver(isa), await driver(sata)]).toEqual(['lpc_ich', 'ahci'])
    expect(await lab().succeed(`cut -d' ' -f3 /proc/${said.pid}/stat`)).toBe('D\n')
    holder.kill('SIGKILL')
    await holder.ended
    await lab().succeed(
      `for i in $(seq 100); do [ -d /proc/${said.pid} ] || break; sleep 0.1; done; ! [ -d /proc/${said.pid} ]`,
    )
    expect(await driver(smbus)).toBe('i801_smbus')
    expect(await lab().succeed('dmesg | grep "handover: late write" | tail -1')).toContain(
      'i801_smbus/bind: done',
    )
    await lab().run('rmmod i2c-dev; rm /run/own-i2c')
  })
})
