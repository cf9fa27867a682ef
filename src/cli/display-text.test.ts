import { describe, expect, it } from 'vitest'
import { parseDescription } from '../vm/index.js'
import { displayText } from './display-text.js'

describe('displayText', () => {
  it.each([
    ['graphics: std', []],
    ['graphics: std\ndisplay: spice', ['Its display: remote-viewer spice+unix:///run/m/spice.sock']],
    ['graphics: std\ndisplay: vnc', ['Its display: vncviewer /run/m/vnc.sock']],
    [
      'looking-glass: 64M\ndisplay: spice',
      ['Looking Glass: looking-glass-client -f /dev/shm/m -c /run/m/spice.sock -p 0'],
    ],
    ['looking-glass: 64M', ['Looking Glass: looking-glass-client -f /dev/shm/m -s']],
  ])('says how to see a machine with %j', (yaml, lines) => {
    expect(displayText(parseDescription(`name: m\nmemory: 1G\n${yaml}`, 'm.yaml'), '/run/m')).toEqual(lines)
  })
})
