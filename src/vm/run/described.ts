import { join, resolve } from 'node:path'
import { type Description, DescriptionError, readDescription } from '../description/index.js'
import { descriptionFile, descriptionsFolder, isFile, machineNames } from './places.js'

/** Reads the description of a MACHINE. Throws {@link DescriptionError}. */
export function readMachineDescription(word: string, folder = descriptionsFolder): Description {
  const file = descriptionFile(word, folder)
  if (!isFile(word) && !machineNames(folder).includes(word)) {
    const names = machineNames(folder)
    throw new DescriptionError([
      `there is no machine ${word}: ${file} is missing`,
      names.length > 0 ? `there are: ${names.join(', ')}` : `a file is named with a slash: ./${word}.yaml`,
    ])
  }
  const description = readDescription(file)
  requireOwnName(description, file, folder)
  return description
}

/** A machine that is kept by its NAME has that name: its run folder is called by it. Throws {@link DescriptionError}. */
export function requireOwnName({ name }: Description, file: string, folder = descriptionsFolder): void {
  if (file !== join(folder, `${name}.yaml`) && resolve(file, '..') === folder)
    throw new DescriptionError([`${file}: name: expected the file's own, found ${JSON.stringify(name)}`])
}
