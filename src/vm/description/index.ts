export * from './description.js'
export { parseDescription, readDescription } from './parse.js'
export { programPath, requireFiles, requirePrograms } from './requirements.js'
