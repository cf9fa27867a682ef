export { runDetach as run } from '../plugging.js'
