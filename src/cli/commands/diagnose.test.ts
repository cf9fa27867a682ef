import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { diagnosisSchema } from '../schemas/diagnosis.js'
import { type Line, render } from '../text.js'
import { run } from './diagnose.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-diagnose-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function diagnose(text: string, options: Record<string, boolean> = {}) {
  const file = join(folder, 'log')
  writeFileSync(file, text)
  let out = ''
  let document: unknown
  const status = await run(
    {
      columns: 100,
      interactive: false,
      print: (lines: readonly Line[]) => {
        out += render(lines, false)
      },
      printJson: (value) => {
        document = value
      },
      printRaw: () => undefined,
      say: () => undefined,
    },
    { arguments: [file], options },
  )
  return { status, out, document }
}

describe('handover diagnose', () => {
  it('ends with 0 where nothing is found, with 2 where something is', async () => {
    expect((await diagnose('[ 1.0] usb 1-1: new device\n')).status).toBe(0)
    const { status, out } = await diagnose(
      '[ 1.0] vfio-pci 0000:01:00.0: Cannot bind to PF with SR-IOV enabled\n',
    )
    expect(status).toBe(2)
    expect(out).toContain('[sriov-parent]')
    expect(out).toContain('To do: write 0 to sriov_numvfs')
    expect(out).toContain('1: vfio-pci 0000:01:00.0: Cannot bind')
  })

  it('prints what its schema says', async () => {
    const { document } = await diagnose(
      'vfio_pin_pages_remote: RLIMIT_MEMLOCK (65536) exceeded\nVFIO_MAP_DMA failed: Cannot allocate memory\nvfio-pci 0000:01:00.0: never heard of\nDMAR: IOMMU feature nwfs inconsistent\n',
      { json: true },
    )
    expect(diagnosisSchema.parse(document)).toMatchObject({
      findings: [{ cause: 'memlock', consequences: [{ cause: 'memory-not-pinned' }] }],
      harmless: [{ cause: 'iommu-features-differ' }],
      unknownCount: 1,
    })
  })

  it('lets nothing of a log through to the terminal', async () => {
    const { out } = await diagnose(
      "Could not open '/tmp/\x1b]0;owned\x07\u202e': No such file or directory\n",
    )
    expect(out).toContain('\\x1b]0;owned\\x07\\u202e')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: just those must not be there
    expect(out).not.toMatch(/[\x00-\x09\x0b-\x1f\u202e]/)
  })

  it('puts pseudonyms in JSON for what identifies somebody', async () => {
    const text = "Could not open '/home/somebody/win.qcow2': Permission denied\n"
    expect(JSON.stringify((await diagnose(text, { json: true })).document)).not.toContain('somebody')
    expect(JSON.stringify((await diagnose(text, { json: true, private: true })).document)).toContain(
      'somebody',
    )
  })
})
