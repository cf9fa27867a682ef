/**
 * vm/libvirt/: a machine as a domain of libvirt.
 *
 * In: a description. Out: libvirt's XML of it, and a domain that is defined, started, looked at and ended by virsh.
 */

export { requireLibvirtCan } from './can.js'
export { consoleLog } from './cards.js'
export { askLibvirt, domainProcess } from './domains.js'
export { plugIntoDomain, unplugFromDomain } from './plug.js'
export { defineDomain, destroyDomain, requireOwnDomain, shutDownDomain, startDomain } from './start.js'
export { type LibvirtState, libvirtState } from './virsh.js'
