/** What a preset of mkinitcpio makes, or why that is not certain. */
export type PresetImages = { readonly images: readonly string[] } | { readonly because: string }

const word = String.raw`(?:'[^']*'|"[^"$\`\\]*"|[\w./@%+:,-]+)`
const plain = new RegExp(String.raw`^(\w+)=(${word})?\s*(?:#.*)?$`)
const array = new RegExp(String.raw`^(\w+)=\(((?:\s*${word})*)\s*\)\s*(?:#.*)?$`)
/** Of presets before version 38: of no account here. */
const microcode = /^\w+_microcode=\([^()$`;]*\)$/

/** A preset is read by bash; here only where it has nothing but plain settings. `text`: of /etc/mkinitcpio.d/*.preset. */
export function presetImages(text: string): PresetImages {
  const values = new Map<string, string>()
  const presets: string[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line === '' || line.startsWith('#') || microcode.test(line)) continue
    const list = array.exec(line)
    const value = plain.exec(line)
    if (list?.[1] === 'PRESETS')
      presets.splice(0, presets.length, ...(list[2]!.match(new RegExp(word, 'g')) ?? []).map(unquoted))
    else if (value !== null) values.set(value[1]!, unquoted(value[2] ?? ''))
    else if (list === null) return { because: `has a line that is more than a setting: ${line}` }
  }
  const images: string[] = []
  for (const preset of presets) {
    const of = (name: string) => values.get(`${preset}_${name}`) || values.get(`ALL_${name}`) || undefined
    const config = of('config')
    if (config !== undefined)
      return { because: `names ${config} itself, so that mkinitcpio leaves out /etc/mkinitcpio.conf.d` }
    if (of('kver') === undefined) continue
    const own = ['image', 'uki', 'efi_image'].map((name) => values.get(`${preset}_${name}`))
    images.push(...own.filter((path) => path !== undefined && path !== '').map((path) => path!))
  }
  const odd = images.find((path) => !path.startsWith('/'))
  if (odd !== undefined) return { because: `makes ${odd}, which is no whole path` }
  return { images: [...new Set(images)] }
}

function unquoted(text: string): string {
  return text.replace(/^(['"])(.*)\1$/, '$2')
}
