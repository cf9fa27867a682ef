/** An element, its children in their order. */
export interface Xml {
  readonly name: string
  readonly attributes: Readonly<Record<string, string | number | undefined>>
  readonly children: readonly Xml[] | string
}

/** An attribute that is undefined is left out. */
export function element(
  name: string,
  attributes: Xml['attributes'] = {},
  ...children: readonly (Xml | undefined)[]
): Xml {
  return { name, attributes, children: children.filter((child) => child !== undefined) }
}

/** An element that holds text. */
export function textElement(name: string, text: string | number, attributes: Xml['attributes'] = {}): Xml {
  return { name, attributes, children: String(text) }
}

export function render({ name, attributes, children }: Xml, indent = ''): string {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined)
  const open = [name, ...given.map(([key, value]) => `${key}="${escaped(String(value))}"`)].join(' ')
  if (children.length === 0) return `${indent}<${open}/>\n`
  if (typeof children === 'string') return `${indent}<${open}>${escaped(children)}</${name}>\n`
  const inner = children.map((child) => render(child, `${indent}  `)).join('')
  return `${indent}<${open}>\n${inner}${indent}</${name}>\n`
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' } as const

/** Line ends and tabs by number, as they become spaces in attributes (XML 1.0, 3.3.3). */
function escaped(text: string): string {
  return text
    .replace(/[&<>"']/g, (letter) => entities[letter as keyof typeof entities])
    .replace(/[\t\n\r]/g, (letter) => `&#${letter.charCodeAt(0)};`)
}

/** What an attribute's value says, as libvirt writes it. */
export function unescaped(text: string): string {
  return text
    .replace(/&#(x?)([0-9a-f]+);/gi, (_, hex, digits) =>
      String.fromCodePoint(Number.parseInt(digits, hex ? 16 : 10)),
    )
    .replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => {
      const [letter] = Object.entries(entities).find(([, name]) => name === entity)!
      return letter
    })
}
