export { runAttach as run } from '../plugging.js'
