import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseDescription } from '../description/index.js'
import { MachineError } from '../machine-error.js'
import { defineDomain, destroyDomain, requireOwnDomain, shutDownDomain, startDomain } from './start.js'
import { isGone, virsh } from './virsh.js'

/** Plays virsh: notes what it was asked for; the domain stands in `xml`, and what goes wrong in `wrong`. */
const pretend = `#!/bin/sh
cd "$(dirname "$0")"
[ "$1 $2 $3" = '-q -c qemu:///system' ] || exit 1
shift 3
echo "$1" >>asked
if [ -e wrong ]; then cat wrong >&2; exit 1; fi
case "$1" in
  dumpxml) [ -e xml ] || { echo "error: failed to get domain '$2'" >&2; exit 1; }; cat xml ;;
  define) [ "$2" = --validate ] && cp "$3" xml ;;
esac
`

describe('a domain of libvirt', () => {
  let folder: string
  const path = process.env.PATH
  const at = (name: string) => join(folder, name)
  const machine = () => parseDescription(`name: m\nmemory: 64M\nqemu: ${at('qemu')}\n`, at('m.yaml'))
  const fails = (words: string) => writeFileSync(at('wrong'), `${words}\n`)

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    process.env.PATH = `${folder}:${path}`
    writeFileSync(at('virsh'), pretend, { mode: 0o755 })
    writeFileSync(at('qemu'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  })
  afterEach(() => {
    process.env.PATH = path
    rmSync(folder, { recursive: true })
  })

  it('is written over only where it was made from the same description', async () => {
    expect(() => requireOwnDomain('m', at('m.yaml'))).not.toThrow()
    const { accelerator, because } = await defineDomain(machine(), at('m.yaml'), [])
    expect({ accelerator, because }).toEqual({ accelerator: 'tcg', because: expect.any(String) })
    expect(readFileSync(at('xml'), 'utf8')).toContain(`<emulator>${at('qemu')}</emulator>`)
    expect(() => requireOwnDomain('m', at('m.yaml'))).not.toThrow()
    expect(() => requireOwnDomain('m', '/other.yaml')).toThrow(`that was made from ${at('m.yaml')}`)
    writeFileSync(at('xml'), "<domain type='kvm'>\n  <name>m</name>\n</domain>\n")
    expect(() => requireOwnDomain('m', at('m.yaml'))).toThrow('a domain m that handover did not write')
  })

  it('of which nothing can be known is not taken for none', () => {
    fails('error: failed to connect to the hypervisor')
    expect(() => requireOwnDomain('m', at('m.yaml'))).toThrow(
      new MachineError('virsh dumpxml m: failed to connect to the hypervisor'),
    )
    process.env.PATH = '/nowhere'
    expect(() => requireOwnDomain('m', at('m.yaml'))).toThrow('virsh dumpxml m: it is not installed')
  })

  it('that does not start says why', () => {
    expect(() => startDomain(machine())).not.toThrow()
    fails(
      "error: Failed to start domain 'm'\nerror: Hook script execution failed: internal error: Child process",
    )
    expect(() => startDomain(machine())).toThrow(
      "virsh start m: Failed to start domain 'm': Hook script execution failed: internal error: Child process",
    )
  })

  it('is ended, or has ended by itself', () => {
    shutDownDomain('m')
    destroyDomain('m')
    expect(readFileSync(at('asked'), 'utf8')).toBe('shutdown\ndestroy\n')
    fails(
      "error: Failed to destroy domain 'm'\nerror: Requested operation is not valid: domain is not running",
    )
    expect(() => destroyDomain('m')).not.toThrow()
    expect(() => shutDownDomain('m')).toThrow('domain is not running')
  })

  it('is none where a daemon left only its socket, and no machine', () => {
    const refused = new MachineError("virsh list: Failed to connect socket to 'x': Connection refused")
    expect(isGone(refused, at('nowhere'))).toBe(true)
    expect(isGone(refused, folder)).toBe(true)
    expect(isGone(new MachineError('virsh list: no answer'), folder)).toBe(false)
    writeFileSync(at('m.pid'), '1')
    expect(isGone(refused, folder)).toBe(false)
  })

  it('is not waited for where the daemon does not answer', () => {
    writeFileSync(at('virsh'), '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
    expect(() => virsh(['version'], 50)).toThrow('virsh version: no answer')
  })
})
