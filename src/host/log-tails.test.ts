import { describe, expect, it } from 'vitest'
import { isLogTail, record, recordedHost } from './index.js'
import { tableHost } from './table-host.js'

const head = { program: 'handover 0.1.0', recorded: '2025-01-02T03:04:05Z', pseudonyms: true }
const kernelLog = '/dev/kmsg'
const machineLog = '/var/log/libvirt/qemu/win11.log'

function recorded(texts: Readonly<Record<string, string>>): (path: string) => string {
  const host = tableHost({ text: { '/etc/machine-id': `${'0123456789abcdef'.repeat(2)}\n`, ...texts } })
  const text = record(host, head, (one) => {
    one.readText(kernelLog)
    one.readText(machineLog)
  })
  const again = recordedHost(text, 'made.json')
  return (path) => {
    const read = again.readText(path)
    return read.kind === 'value' ? read.value : read.kind
  }
}

describe('logs in a recording', () => {
  it('are whole where they are short', () => {
    const text = '6,1,100,-;Linux version 7.3\n4,2,200,-;vfio-pci 0000:01:00.0: reset done\n'
    const read = recorded({ [kernelLog]: text })
    expect(read(kernelLog)).toBe(text)
    expect(isLogTail(read(kernelLog))).toBe(false)
    expect(read(machineLog)).toBe('absent')
  })

  it('are the end of it, from the start of a line on, where they are long, and say so', () => {
    const line = (at: number) => `6,${at},${at},-;line number ${String(at).padStart(8, '0')}\n`
    const text = Array.from({ length: 60_000 }, (_, at) => line(at)).join('')
    const kept = recorded({ [kernelLog]: text })(kernelLog)
    expect(isLogTail(kept)).toBe(true)
    expect(kept.length).toBeLessThan(2 ** 20 + 100)
    expect(kept.length).toBeGreaterThan(2 ** 20 - 100)
    const [first, ...lines] = kept.split('\n')
    expect(text.endsWith(lines.join('\n'))).toBe(true)
    expect(Number(/\d+/.exec(first!)![0])).toBe(text.length - lines.join('\n').length)
    expect(lines[0]).toMatch(/^6,\d+,\d+,-;line number \d{8}$/)
    // A recording of a recording changes nothing.
    expect(recorded({ [kernelLog]: kept })(kernelLog)).toBe(kept)
  })

  it('hold nothing of a long log without lines', () => {
    const kept = recorded({ [machineLog]: 'x'.repeat(300_000) })(machineLog)
    expect(isLogTail(kept)).toBe(true)
    expect(kept).not.toContain('x'.repeat(100))
  })

  it.each([
    ['usb 1-4: SerialNumber: 4C530001230506117', '4C530001230506117'],
    ['mpt2sas_cm0: handle(0x0009), sas_addr(0x4433221107000000), phy(7)', '4433221107000000'],
    [
      'audit: type=1105 audit(1.2:3): pid=1 uid=0 msg=\'op=PAM:session_open acct="jsmith42" hostname=deskbox9 addr=? res=success\'',
      'jsmith42',
    ],
    ['audit: type=1105 audit(1.2:3): acct="x" hostname=deskbox9 addr=?', 'deskbox9'],
    ['systemd[1]: Hostname set to <deskbox9>.', 'deskbox9'],
    ['nfs: server files.corp.net not responding, still trying', 'files.corp'],
    ['e1000e 0000:00:1f.6 eth0: (PCI Express:2.5GT/s:Width x1) 7c:10:c9:41:ae:35', '7c:10:c9:41:ae:35'],
    ['IPv6: ADDRCONF(NETDEV_CHANGE): eth0: 2003:e5:1f0a:9d00:7e10:c9ff:fe41:ae35', '1f0a:9d00'],
    ['IN=eth0 SRC=203.0.113.77 DST=255.255.255.255 PROTO=UDP', '203.0.113.77'],
    ['EXT4-fs (dm-0): mounted filesystem 1d7cb6e5-4b4a-4d8e-9b52-6b1d8ae3f1c2 r/w', '1d7cb6e5-4b4a'],
    ['-drive file=/home/jsmith42/win11.qcow2,if=none -device e1000,mac=52:54:00:9a:7b:3c', 'jsmith42'],
  ])('say nothing of who it is: %s', (line, secret) => {
    const kept = recorded({
      [kernelLog]: `6,1,100,-;${line}\n6,2,200,-;next\n`,
      [machineLog]: `${line}\nnext\n`,
    })
    for (const path of [kernelLog, machineLog]) {
      expect(kept(path)).not.toContain(secret)
      expect(kept(path)).toMatch(/next\n$/)
    }
  })

  it('keep what is said of devices', () => {
    const text =
      '4,1,100,-;vfio-pci 0000:01:00.0: BAR 1: can\'t reserve [mem 0xe0000000-0xefffffff 64bit pref]\n4,2,200,-;audit: acct="root" res=success\n SUBSYSTEM=pci\n DEVICE=+pci:0000:01:00.0\n'
    expect(recorded({ [kernelLog]: text })(kernelLog)).toBe(text)
  })
})
