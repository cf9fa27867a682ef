import { type Description, lookingGlassFile, socketsOf } from '../vm/index.js'

/** How to see a running machine, a line each: the viewer's command. `folder`: where its sockets are. */
export function displayText(description: Description, folder: string): readonly string[] {
  const { name, display, graphics, lookingGlassBytes } = description
  const { spice, vnc } = socketsOf(folder)
  const lines: string[] = []
  if (display === 'spice' && graphics !== 'none')
    lines.push(`Its display: remote-viewer spice+unix://${spice}`)
  if (display === 'vnc') lines.push(`Its display: vncviewer ${vnc}`)
  if (lookingGlassBytes !== undefined) {
    const input = display === 'spice' ? `-c ${spice} -p 0` : '-s'
    lines.push(`Looking Glass: looking-glass-client -f ${lookingGlassFile(name)} ${input}`)
  }
  return lines
}

/** The same of a domain of libvirt, whose viewer finds its sockets. */
export function viewerText({ name, display, graphics, lookingGlassBytes }: Description): readonly string[] {
  return [
    ...(display !== 'none' && graphics !== 'none'
      ? [`Its display: virt-viewer -c qemu:///system ${name}`]
      : []),
    ...(lookingGlassBytes === undefined
      ? []
      : [`Looking Glass: looking-glass-client -f ${lookingGlassFile(name)} -s`]),
  ]
}
