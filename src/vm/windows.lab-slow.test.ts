import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { handover, useLab } from '../../test/lab.js'

const disk = '0000:01:00.0'
const folder = '/run/windows'
const file = `${folder}/win.yaml`
const run = '/run/handover/vms/win'

/** The laboratory's computer has this machine's programs. */
const missing = [
  ['ovmf', '/usr/share/OVMF/OVMF_CODE_4M.ms.fd'],
  ['swtpm', '/usr/bin/swtpm'],
  ['qemu-utils', '/usr/bin/qemu-img'],
].flatMap(([name, path]) => (existsSync(path!) ? [] : [name]))
if (missing.length > 0) console.log(`skipped: a machine as Windows 11 wants it needs ${missing.join(', ')}`)

/** OVMF with Secure Boot, in an emulation within an emulation. */
const bootMs = 1_200_000

describe.skipIf(missing.length > 0)('a machine as Windows 11 wants it', () => {
  const lab = useLab()
  const driver = async () =>
    (await lab().run(`basename $(readlink /sys/bus/pci/devices/${disk}/driver)`)).stdout.trim()

  it('is described, started by its firmware as far as that goes without Windows, and ended', {
    timeout: bootMs + 300_000,
  }, async () => {
    await lab().succeed(`mkdir ${folder} && head -c 2M /dev/zero >${folder}/setup.iso
for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done
dd if=/dev/zero of=/dev/nvme0n1 bs=1M count=1 conv=fsync status=none`)
    try {
      await lab().succeed(
        `${handover} vm new win --os windows11 --memory 512M --cpus 2 --device nvme --disk ${folder}/win.qcow2:1G --iso ${folder}/setup.iso -o ${file}`,
      )
      expect(
        JSON.parse(await lab().succeed(`qemu-img info --output=json ${folder}/win.qcow2`)),
      ).toMatchObject({ format: 'qcow2', 'virtual-size': 2 ** 30 })
      // The firmware is to look at the device too; QEMU tells of each command that the machine gives its TPM.
      await lab().succeed(`sed -i 's/{ host: 01:00.0 }/{ host: 01:00.0, bootindex: 2 }/' ${file}
echo 'arguments: [-trace, tpm_emulator_handle_request]' >>${file}`)

      const started = await lab().run(`${handover} vm start ${file}`)
      expect(started, started.stderr).toMatchObject({ status: 0 })
      expect(await driver()).toBe('vfio-pci')
      const { qemu, accelerator } = JSON.parse(await lab().succeed(`cat ${run}/run.json`))
      const { pid } = qemu as { readonly pid: number }
      const command = await lab().succeed(`tr '\\0' '\\n' </proc/${pid}/cmdline`)
      // The enlightenments are KVM's.
      if (accelerator === 'tcg') expect(command).not.toContain('hv-')
      else expect(command).toContain('hv-relaxed=on')

      const said = await consoleSays('Security Violation')
      // The firmware looked at each disk, the one that was handed over among them, and none has a system.
      for (const name of ['UEFI QEMU HARDDISK', 'UEFI QEMU DVD-ROM', 'UEFI QEMU NVMe Ctrl'])
        expect(said).toMatch(new RegExp(`failed to load Boot\\d{4} "${name}.*Not Found`))
      // Secure Boot is on: the firmware's own shell is not signed.
      expect(said).toMatch(/failed to start Boot\d{4} "EFI Internal Shell".*Security Violation/)
      const log = await lab().succeed(`cat ${run}/log`)
      expect(
        log.split('\n').filter((line) => /^tpm_emulator_handle_request/.test(line)).length,
      ).toBeGreaterThan(20)
      expect(await lab().succeed(`ls ${folder}/win.tpm`)).toContain('tpm2-00.permall')

      await lab().succeed(`${handover} vm stop ${file} --force`)
      expect(await lab().run(`pgrep -x swtpm; [ -d /proc/${pid} ]`)).toMatchObject({ status: 1, stdout: '' })
    } finally {
      await lab().run(`${handover} vm stop ${file} --force`)
      await lab().succeed(
        `rm -rf ${folder} ${run}; for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done`,
      )
    }
    expect(await driver()).toBe('nvme')
  })

  async function consoleSays(text: string): Promise<string> {
    const deadline = Date.now() + bootMs
    for (;;) {
      const said = await lab().succeed(`cat ${run}/console.log`)
      if (said.includes(text)) return said
      if (Date.now() > deadline) expect.fail(`the firmware did not come so far: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
  }
})
