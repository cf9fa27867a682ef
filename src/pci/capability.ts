import type { CapabilityKind, Context, Definition, FieldsOf } from './capabilities/table.js'
import type { ConfigSpace } from './config-space.js'
import { decode } from './layout.js'

interface CapabilityOf<K extends CapabilityKind> {
  readonly kind: K
  readonly id: number
  readonly extended: boolean
  /** Where it stands in configuration space. */
  readonly offset: number
  /** The specification's name for it. */
  readonly name: string
  /** Of an extended capability; `undefined` for a standard one (some have a version among their fields). */
  readonly version: number | undefined
  /** Decoded when first asked for. Empty for a capability that is only identified. */
  readonly fields: FieldsOf<K>
}

/** One capability, discriminated by `kind`. */
export type Capability = { [K in CapabilityKind]: CapabilityOf<K> }[CapabilityKind]

class LazyCapability {
  readonly kind: string
  readonly id: number
  readonly extended: boolean
  readonly offset: number
  readonly name: string
  readonly version: number | undefined
  readonly #definition: Definition
  readonly #space: ConfigSpace
  readonly #context: Context
  #fields: object | undefined

  constructor(
    definition: Definition,
    space: ConfigSpace,
    found: {
      readonly id: number
      readonly extended: boolean
      readonly offset: number
      readonly version?: number | undefined
    },
    context: Context,
  ) {
    this.kind = definition.kind
    this.id = found.id
    this.extended = found.extended
    this.offset = found.offset
    this.name = definition.name
    this.version = found.version
    this.#definition = definition
    this.#space = space
    this.#context = context
  }

  get fields(): object {
    if (this.#fields === undefined) {
      const { layout, parts, more } = this.#definition
      const registers = decode(
        layout,
        this.#space,
        this.offset,
        parts?.(this.#space, this.offset, this.#context),
      )
      this.#fields = { ...registers, ...more?.(this.#space, this.offset, this.#context) }
    }
    return this.#fields
  }

  /** JSON does not see accessors by itself. */
  toJSON(): object {
    const { kind, id, extended, offset, name, version, fields } = this
    return { kind, id, extended, offset, name, version, fields }
  }
}

export function capabilityAt(
  definition: Definition,
  space: ConfigSpace,
  found: {
    readonly id: number
    readonly extended: boolean
    readonly offset: number
    readonly version?: number | undefined
  },
  context: Context,
): Capability {
  return new LazyCapability(definition, space, found, context) as unknown as Capability
}
