export * from './description.js'
export { parseDescription, readDescription } from './parse.js'
export { requireFiles, requirePrograms } from './requirements.js'
