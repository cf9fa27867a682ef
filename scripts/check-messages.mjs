// Compares what the tables of `handover diagnose` say of versions with unpacked sources, or with a program itself:
//   npm run build && node scripts/check-messages.mjs 'Linux 6.1=FOLDER' 'QEMU 11.1=PROGRAM' ...
// Prints each message for which a version should be named and is not, or is and should not be. Messages that a source pieces
// together cannot be found so; their rows say it.
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { failures } from '../dist/logs/index.js'

const conversion = /%(?:\d+\$)?[-#0 +]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh?|ll?|L|z|j|t)?(p[A-Za-z]*|[diuxXscm%])/g
/** Sizes and the like differ from version to version. */
const alike = (text) =>
  text.replace(conversion, (_, sign) => `%${/^[diuxX]$/.test(sign) ? 'd' : sign[0]}`).replace(/\s+/g, ' ')

/** The texts in a C file, with what the compiler would join joined. */
function* textsOf(source) {
  const plain = source.replace(/\\\n/g, '')
  for (const [whole] of plain.matchAll(
    /"(?:[^"\\\n]|\\.)*"(?:\s*(?:"(?:[^"\\\n]|\\.)*"|HWADDR_PRI\w|PRI\w+|TARGET_FMT_\w+|RAM_ADDR_FMT))*/g,
  ))
    yield [
      ...whole
        .replace(/\b(?:HWADDR_)?PRI([xXdu])(?:64|32|PTR)?\b/g, '"$1"')
        .replace(/TARGET_FMT_\w+|RAM_ADDR_FMT/g, '"%x"')
        .matchAll(/"((?:[^"\\\n]|\\.)*)"/g),
    ]
      .map(([, text]) => text.replace(/\\n/g, ' ').replace(/\\(.)/g, '$1'))
      .join('')
}

function* filesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesIn(path)
    else if (entry.isFile() && /\.(c|h|inc)$/.test(entry.name) && lstatSync(path).size < 1_000_000) yield path
  }
}

/** What a driver puts before all it prints (pr_fmt, dev_fmt, dev_err) stands elsewhere. */
const before = /^(?:DMAR|DMAR-IR|AMD-Vi|PCI|PCIe|AER|DPC|pciehp|kvm|amdgpu|NVRM|vfio-pci|vfio-pci %s|vfio|vfio %s|x86\/split lock detection|Lockdown|genirq): /

/** Gives a search in one version's sources, or in a program: is it printed where `source` says? */
function searchIn(where) {
  if (lstatSync(where).isFile()) {
    const texts = alike(readFileSync(where, 'latin1').replace(/[^\x20-\x7e]+/g, '\n'))
    return (form) => texts.includes(form)
  }
  const files = [...filesIn(where)]
  const texts = new Map()
  const textsOfFile = (path) => {
    if (!texts.has(path)) texts.set(path, [...textsOf(readFileSync(path, 'latin1'))].map(alike).join('\n'))
    return texts.get(path)
  }
  // The file, wherever it was moved to, or its neighbours, for code that was moved between them.
  return (form, source) =>
    [...source.matchAll(/[\w/-]+\.[ch]\b/g)].some(([named]) =>
      files.some(
        (path) =>
          (basename(path) === basename(named) || dirname(path).endsWith(`/${dirname(named)}`)) &&
          textsOfFile(path).includes(form),
      ),
    )
}

const messages = failures.flatMap(({ cause, messages }) => messages.map((message) => ({ cause, ...message })))
let differences = 0
for (const [name, where] of process.argv.slice(2).map((word) => word.split('='))) {
  const has = searchIn(where)
  const [project, version] = name.split(' ')
  for (const { cause, format, seen, source } of messages) {
    if (!seen.startsWith(`${project} `) || /pieced together|written out|words as users|up to|before/.test(seen)) continue
    const said = seen.split(/[ ,:]+/).includes(version)
    // What a driver puts before all it prints (pr_fmt) stands elsewhere.
    const found = [format, format.replace(before, '')].some((form) => has(alike(form).trim(), source))
    if (found === said) continue
    differences++
    console.log(`${name}: ${found ? 'is there, and not named' : 'is named, and not found'}: ${cause}: ${format} (${source}; ${seen})`)
  }
}
console.log(`${differences} differences`)
process.exitCode = differences === 0 ? 0 : 1
