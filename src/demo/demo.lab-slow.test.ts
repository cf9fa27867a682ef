import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { top } from '../../test/lab.js'

it('the demonstration hands over, boots, takes a picture and takes back', { timeout: 300_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(top, 'dist/demo/main.js')], {
    cwd: top,
  })
  expect(stdout).toContain('Refused for 0000:00:02.0: it shows the only display')
  expect(stdout).toContain('0000:01:00.0  nvme: went to vfio-pci')
  // The last table: both are with their drivers again.
  const last = stdout.slice(stdout.lastIndexOf('$ handover devices'))
  expect(last).toMatch(/00:02\.0 .*\bcirrus\b/)
  expect(last).toMatch(/01:00\.0 .*\bnvme\b/)
  const png = readFileSync(join(top, 'demo-output/screen.png'))
  expect(png.subarray(1, 4).toString()).toBe('PNG')
  // A text mode of 80 columns is 720 dots wide (IHDR, PNG specification).
  expect(png.readUInt32BE(16)).toBe(720)
})
