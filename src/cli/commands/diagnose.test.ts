import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { diagnosisSchema } from '../schemas/diagnosis.js'
import { type Line, render } from '../text.js'
import { run } from './diagnose.js'

const folder = mkdtempSync(join(tmpdir(), 'handover-diagnose-'))
afterAll(() => rmSync(folder, { recursive: true }))

function diagnose(text: string | Uint8Array, options: Record<string, boolean> = {}) {
  const file = join(folder, 'log')
  writeFileSync(file, text)
  return diagnoseAsked([file], options)
}

async function diagnoseAsked(files: readonly string[], options: Record<string, boolean | string>) {
  let out = ''
  let said = ''
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
      say: (lines) => {
        said += render(lines, false)
      },
    },
    { arguments: [...files], options },
  )
  return { status, out, said, document }
}

describe('handover diagnose', () => {
  it('ends with 0 where nothing is found, with 2 where something is', async () => {
    expect((await diagnose('[ 1.0] usb 1-1: new device\n')).status).toBe(0)
    const { status, out } = await diagnose(
      '[ 1.0] vfio-pci 0000:01:00.0: Cannot bind to PF with SR-IOV enabled\n',
    )
    expect(status).toBe(2)
    expect(out).toContain('[sriov-parent]')
    expect(out).toContain('To do: Write 0 to sriov_numvfs')
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

  it('reads the logs of a recording, and says which it does not hold whole', async () => {
    const file = join(folder, 'report.json')
    const recorded = async (files: Record<string, unknown>) => {
      writeFileSync(
        file,
        JSON.stringify({
          format: 'handover.recording/1',
          program: 'x',
          recorded: 'now',
          pseudonyms: true,
          files,
        }),
      )
      return diagnoseAsked([], { host: file })
    }
    const failure = '4,9,900,-;vfio-pci 0000:01:00.0: Cannot bind to PF with SR-IOV enabled\n'
    const logs = '/var/log/libvirt/qemu'
    const both = await recorded({
      '/dev/kmsg': { text: failure },
      [logs]: { list: ['a.log', 'b.log.1'] },
      [`${logs}/a.log`]: { text: ['qemu: group 3 is not viable', 'ended'] },
    })
    expect(both.status).toBe(2)
    expect(both.out).toContain('[sriov-parent]')
    expect(both.out).toContain('/dev/kmsg (1 line)')
    expect(both.out).toContain(`${logs}/a.log:1: qemu: group 3 is not viable`)

    const cut = await recorded({
      '/dev/kmsg': {
        text: ['[handover left out the 99 characters of this log before here]', 'usb 1-1: new'],
      },
      [logs]: { failed: { list: 'absent' } },
    })
    expect(cut.said).toContain('/dev/kmsg: the recording holds only its end')
    expect(cut.status).toBe(1)

    const denied = await recorded({
      '/dev/kmsg': { failed: { text: 'denied' } },
      [logs]: { failed: { list: 'denied' } },
    })
    expect(denied.said).toContain('/dev/kmsg was not read: only root may read it')
    expect(denied.status).toBe(4)

    const none = await recorded({})
    expect(none.said).toContain('/dev/kmsg was not read: the recording does not hold it')
    expect(none.status).toBe(1)
  })

  it.each([
    ['compressed', Buffer.from([0x1f, 0x8b, 8, 0, 0]), /it is compressed: zcat \S+ \| handover diagnose -/],
    ['a journal', Buffer.from('LPKSHHRH...'), /it is a journal: journalctl --file/],
    ['a program', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0]), /it is not text; give a log/],
  ])('refuses what is no log: %s', async (_, bytes, message) => {
    await expect(diagnose(bytes)).rejects.toThrow(message)
  })

  it('finds nothing in an empty log, and does not call that well', async () => {
    expect(await diagnose('')).toMatchObject({
      status: 1,
      said: expect.stringContaining('is empty; give a log'),
    })
  })

  it('reads UTF-16, and a log with zeros in it where power was lost', async () => {
    const failure = '[ 1.0] vfio-pci 0000:01:00.0: Cannot bind to PF with SR-IOV enabled\r\n'
    const wide = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(failure, 'utf16le')])
    expect((await diagnose(wide)).out).toContain('[sriov-parent]')
    const torn = Buffer.concat([
      Buffer.from('usual line\n'.repeat(500)),
      Buffer.alloc(3000),
      Buffer.from(failure),
    ])
    expect((await diagnose(torn)).out).toContain('[sriov-parent]')
  })
})
