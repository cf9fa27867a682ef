export { Qmp, QmpClosedError, QmpError, type QmpEvent } from './qmp.js'
