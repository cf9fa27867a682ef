import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { handover, useLab } from '../../test/lab.js'
import { innerLinux } from '../../test/support/inner-linux.js'
import { innerShell } from '../../test/support/inner-shell.js'
import { startedMachine } from '../../test/support/started-machine.js'

const disk = '0000:01:00.0'
const edu = '0000:02:00.0'
const folder = mkdtempSync(join(tmpdir(), 'handover-inside-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('a Linux in a machine in the laboratory', () => {
  const lab = useLab()
  const content = randomBytes(1024 ** 2)
  let description: string

  beforeAll(async () => {
    const script = `${innerShell}
disk
edu=$(at 0x1234:0x11e8)
take $edu
pin $edu 0x1badcafe
echo "all done"
read line
`
    description = await innerLinux(folder, ['nvme', 'uio-pci-generic'], script)
  })

  it('moves data by DMA and hears MSI-X and INTx', { timeout: 600_000 }, async () => {
    await lab().succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    await lab().succeed('dd of=/dev/nvme0n1 bs=1M conv=fsync iflag=fullblock status=none', { input: content })
    await lab().succeed('cat > /run/inside.yaml', {
      input: `name: inside\nmemory: 96M\n${description}devices: [{ host: '${disk}' }, { host: '${edu}' }]\n`,
    })
    const { command, said, hear } = startedMachine(lab(), '/run/inside.yaml')
    await hear('all done')
    const seen = JSON.parse(await lab().succeed(`${handover} vm status inside --watch --json`))
    expect(seen.devices).toMatchObject([
      { address: disk, interrupts: { value: { kind: 'MSI-X' } } },
      { address: edu, interrupts: { value: { kind: 'INTx', vectors: 1 } } },
    ])
    command.write('\n')
    expect(await command.ended, said()).toMatchObject({ status: 0 })

    const sum = createHash('sha256').update(content).digest('hex')
    expect(said()).toContain(`nvme: ${sum}`)
    expect(said()).toMatch(/nvme: msix\r?\nnvme: nvme0q0 [1-9]\d*\r?\nnvme: nvme0q1 [1-9]/)
    expect(
      said()
        .match(/edu .*/g)
        ?.map((line) => line.trim().replace(/\S+: /, '')),
    ).toEqual([
      'edu interrupt 1, status 0x00000001',
      'edu interrupt 2, status 0x00000100',
      'edu interrupt 3, moved 0x1BADCAFE 0x1BADCAFF',
    ])
    await lab().succeed('for i in $(seq 200); do [ -b /dev/nvme0n1 ] && break; sleep 0.1; done')
    const after = await lab().succeed(
      'dd if=/dev/nvme0n1 bs=1M skip=1 count=1 iflag=direct status=none | sha256sum',
    )
    expect(after).toBe(`${sum}  -\n`)
  })
})
