import type { ConfigSpace } from './config-space.js'
import {
  address,
  type Decoded,
  decode,
  flag,
  type Layout,
  layout,
  names,
  number,
  register,
  value,
} from './layout.js'

const devselTiming = ['fast', 'medium', 'slow'] as const

/** The registers that stand at the same place in every header. */
const common = {
  vendor: value(0x00, 2, '', number([0, 15], 'PCI_VENDOR_ID')),
  device: value(0x02, 2, '', number([0, 15], 'PCI_DEVICE_ID')),
  command: register(0x04, 2, 'PCI_COMMAND', 'Control', {
    io: flag(0, 'PCI_COMMAND_IO', 'I/O'),
    memory: flag(1, 'PCI_COMMAND_MEMORY', 'Mem'),
    busMaster: flag(2, 'PCI_COMMAND_MASTER', 'BusMaster'),
    specialCycles: flag(3, 'PCI_COMMAND_SPECIAL', 'SpecCycle'),
    writeAndInvalidate: flag(4, 'PCI_COMMAND_INVALIDATE', 'MemWINV'),
    vgaPaletteSnoop: flag(5, 'PCI_COMMAND_VGA_PALETTE', 'VGASnoop'),
    parityErrorResponse: flag(6, 'PCI_COMMAND_PARITY', 'ParErr'),
    stepping: flag(7, 'PCI_COMMAND_WAIT', 'Stepping'),
    systemErrors: flag(8, 'PCI_COMMAND_SERR', 'SERR'),
    fastBackToBack: flag(9, 'PCI_COMMAND_FAST_BACK', 'FastB2B'),
    /** INTx is masked at the function. */
    intxDisabled: flag(10, 'PCI_COMMAND_INTX_DISABLE', 'DisINTx'),
  }),
  status: register(0x06, 2, 'PCI_STATUS', 'Status', {
    intxPending: flag(3, 'PCI_STATUS_INTERRUPT', 'INTx'),
    capabilityList: flag(4, 'PCI_STATUS_CAP_LIST', 'Cap'),
    is66MHz: flag(5, 'PCI_STATUS_66MHZ', '66MHz'),
    userDefinable: flag(6, 'PCI_STATUS_UDF', 'UDF'),
    fastBackToBack: flag(7, 'PCI_STATUS_FAST_BACK', 'FastB2B'),
    masterParityError: flag(8, 'PCI_STATUS_PARITY', 'ParErr'),
    devselTiming: names([9, 10], 'PCI_STATUS_DEVSEL_MASK', devselTiming, 'DEVSEL={name}'),
    signaledTargetAbort: flag(11, 'PCI_STATUS_SIG_TARGET_ABORT', '>TAbort'),
    receivedTargetAbort: flag(12, 'PCI_STATUS_REC_TARGET_ABORT', '<TAbort'),
    receivedMasterAbort: flag(13, 'PCI_STATUS_REC_MASTER_ABORT', '<MAbort'),
    signaledSystemError: flag(14, 'PCI_STATUS_SIG_SYSTEM_ERROR', '>SERR'),
    detectedParityError: flag(15, 'PCI_STATUS_DETECTED_PARITY', '<PERR'),
  }),
  revision: value(0x08, 1, '', number([0, 7], 'PCI_REVISION_ID')),
  /** 24 bits: base class, subclass, programming interface. */
  class: value(0x08, 4, '', number([8, 31], 'PCI_CLASS_PROG')),
  cacheLineSizeBytes: value(
    0x0c,
    1,
    'Latency',
    number([0, 7], 'PCI_CACHE_LINE_SIZE', { times: 4, lspci: 'Cache Line Size: {d} bytes' }),
  ),
  /** In cycles of the PCI clock; 0 on PCI Express. */
  latencyTimer: value(0x0d, 1, 'Latency', number([0, 7], 'PCI_LATENCY_TIMER', { lspci: '{d}' })),
  headerType: register(0x0e, 1, 'PCI_HEADER_TYPE', '', {
    layout: number([0, 6], 'PCI_HEADER_TYPE_MASK'),
    multifunction: flag(7, 'PCI_HEADER_TYPE_MFD'),
  }),
  bist: register(0x0f, 1, 'PCI_BIST', '', {
    result: number([0, 3], 'PCI_BIST_CODE_MASK'),
    running: flag(6, 'PCI_BIST_START'),
    capable: flag(7, 'PCI_BIST_CAPABLE'),
  }),
  interruptLine: value(0x3c, 1, '', number([0, 7], 'PCI_INTERRUPT_LINE')),
  /** `none`: the function uses no INTx. */
  interruptPin: value(
    0x3d,
    1,
    'Interrupt',
    names([0, 7], 'PCI_INTERRUPT_PIN', ['none', 'A', 'B', 'C', 'D'], 'pin {name}'),
  ),
}

/** Any function whose header type is not one of the three. */
export const commonHeaderLayout = layout(common)

const expansionRom = {
  enabled: flag(0, 'PCI_ROM_ADDRESS_ENABLE'),
  address: address([11, 31], 'PCI_ROM_ADDRESS_MASK'),
}

/** Type 0: endpoints. The BARs at 0x10-0x27 are decoded beside. */
export const type0HeaderLayout = layout({
  ...common,
  cardbusCis: value(0x28, 4, '', number([0, 31], 'PCI_CARDBUS_CIS')),
  subsystemVendor: value(0x2c, 2, '', number([0, 15], 'PCI_SUBSYSTEM_VENDOR_ID')),
  subsystemDevice: value(0x2e, 2, '', number([0, 15], 'PCI_SUBSYSTEM_ID')),
  expansionRom: register(0x30, 4, 'PCI_ROM_ADDRESS', '', expansionRom),
  capabilityPointer: value(0x34, 1, '', number([0, 7], 'PCI_CAPABILITY_LIST')),
  /** In units of 250 ns. */
  minGrant: value(0x3e, 1, '', number([0, 7], 'PCI_MIN_GNT')),
  /** In units of 250 ns. */
  maxLatency: value(0x3f, 1, '', number([0, 7], 'PCI_MAX_LAT')),
})

const windowWidth = ['32-bit', '64-bit'] as const

/** Type 1: bridges to another PCI bus. The two BARs at 0x10 are decoded beside, the windows by `bridgeWindows`. */
export const type1HeaderLayout = layout({
  ...common,
  primaryBus: value(0x18, 1, 'Bus', number([0, 7], 'PCI_PRIMARY_BUS', { lspci: 'primary={x}' })),
  secondaryBus: value(0x19, 1, 'Bus', number([0, 7], 'PCI_SECONDARY_BUS', { lspci: 'secondary={x}' })),
  subordinateBus: value(0x1a, 1, 'Bus', number([0, 7], 'PCI_SUBORDINATE_BUS', { lspci: 'subordinate={x}' })),
  secondaryLatencyTimer: value(
    0x1b,
    1,
    'Bus',
    number([0, 7], 'PCI_SEC_LATENCY_TIMER', { lspci: 'sec-latency={d}' }),
  ),
  ioBase: register(0x1c, 1, 'PCI_IO_BASE', '', {
    type: names([0, 3], 'PCI_IO_RANGE_TYPE_MASK', ['16-bit', '32-bit']),
    /** Address bits 15 to 12. */
    bits: number([4, 7], 'PCI_IO_RANGE_MASK'),
  }),
  ioLimit: register(0x1d, 1, 'PCI_IO_LIMIT', '', {
    type: names([0, 3], 'PCI_IO_RANGE_TYPE_MASK', ['16-bit', '32-bit']),
    bits: number([4, 7], 'PCI_IO_RANGE_MASK'),
  }),
  secondaryStatus: register(0x1e, 2, 'PCI_SEC_STATUS', 'Secondary status', {
    is66MHz: flag(5, 'PCI_STATUS_66MHZ', '66MHz'),
    fastBackToBack: flag(7, 'PCI_STATUS_FAST_BACK', 'FastB2B'),
    masterParityError: flag(8, 'PCI_STATUS_PARITY', 'ParErr'),
    devselTiming: names([9, 10], 'PCI_STATUS_DEVSEL_MASK', devselTiming, 'DEVSEL={name}'),
    signaledTargetAbort: flag(11, 'PCI_STATUS_SIG_TARGET_ABORT', '>TAbort'),
    receivedTargetAbort: flag(12, 'PCI_STATUS_REC_TARGET_ABORT', '<TAbort'),
    receivedMasterAbort: flag(13, 'PCI_STATUS_REC_MASTER_ABORT', '<MAbort'),
    receivedSystemError: flag(14, 'PCI_STATUS_SIG_SYSTEM_ERROR', '<SERR'),
    detectedParityError: flag(15, 'PCI_STATUS_DETECTED_PARITY', '<PERR'),
  }),
  memoryBase: value(0x20, 2, '', address([4, 15], 'PCI_MEMORY_RANGE_MASK')),
  memoryLimit: value(0x22, 2, '', address([4, 15], 'PCI_MEMORY_RANGE_MASK')),
  prefetchableBase: register(0x24, 2, 'PCI_PREF_MEMORY_BASE', '', {
    type: names([0, 3], 'PCI_PREF_RANGE_TYPE_MASK', windowWidth),
    /** Address bits 31 to 20. */
    bits: number([4, 15], 'PCI_PREF_RANGE_MASK'),
  }),
  prefetchableLimit: register(0x26, 2, 'PCI_PREF_MEMORY_LIMIT', '', {
    type: names([0, 3], 'PCI_PREF_RANGE_TYPE_MASK', windowWidth),
    bits: number([4, 15], 'PCI_PREF_RANGE_MASK'),
  }),
  prefetchableBaseUpper: value(0x28, 4, '', number([0, 31], 'PCI_PREF_BASE_UPPER32')),
  prefetchableLimitUpper: value(0x2c, 4, '', number([0, 31], 'PCI_PREF_LIMIT_UPPER32')),
  ioBaseUpper: value(0x30, 2, '', number([0, 15], 'PCI_IO_BASE_UPPER16')),
  ioLimitUpper: value(0x32, 2, '', number([0, 15], 'PCI_IO_LIMIT_UPPER16')),
  capabilityPointer: value(0x34, 1, '', number([0, 7], 'PCI_CAPABILITY_LIST')),
  expansionRom: register(0x38, 4, 'PCI_ROM_ADDRESS1', '', expansionRom),
  bridgeControl: register(0x3e, 2, 'PCI_BRIDGE_CONTROL', 'BridgeCtl', {
    parityErrorResponse: flag(0, 'PCI_BRIDGE_CTL_PARITY', 'Parity'),
    systemErrors: flag(1, 'PCI_BRIDGE_CTL_SERR', 'SERR'),
    /** ISA mode: the top 768 bytes of each 1 KiB of I/O space are not forwarded. */
    isa: flag(2, 'PCI_BRIDGE_CTL_ISA', 'NoISA'),
    /** The legacy VGA ranges go to the secondary bus. */
    vga: flag(3, 'PCI_BRIDGE_CTL_VGA', 'VGA'),
    vga16BitDecode: flag(4, 'PCI_BRIDGE_CTL_VGA_16BIT', 'VGA16'),
    masterAbort: flag(5, 'PCI_BRIDGE_CTL_MASTER_ABORT', 'MAbort'),
    secondaryReset: flag(6, 'PCI_BRIDGE_CTL_BUS_RESET', '>Reset'),
    fastBackToBack: flag(7, 'PCI_BRIDGE_CTL_FAST_BACK', 'FastB2B'),
    primaryDiscardTimer: flag(8, 'PCI_BRIDGE_CTL_PRI_DISCARD_TIMER', 'PriDiscTmr'),
    secondaryDiscardTimer: flag(9, 'PCI_BRIDGE_CTL_SEC_DISCARD_TIMER', 'SecDiscTmr'),
    discardTimerExpired: flag(10, 'PCI_BRIDGE_CTL_DISCARD_TIMER_STATUS', 'DiscTmrStat'),
    discardTimerSystemError: flag(11, 'PCI_BRIDGE_CTL_DISCARD_TIMER_SERR_EN', 'DiscTmrSERREn'),
  }),
})

/** Type 2: CardBus bridges. */
export const type2HeaderLayout = layout({
  ...common,
  capabilityPointer: value(0x14, 1, '', number([0, 7], 'PCI_CB_CAPABILITY_LIST')),
  secondaryStatus: value(0x16, 2, '', number([0, 15], 'PCI_CB_SEC_STATUS')),
  primaryBus: value(0x18, 1, 'Bus', number([0, 7], 'PCI_CB_PRIMARY_BUS', { lspci: 'primary={x}' })),
  cardBus: value(0x19, 1, 'Bus', number([0, 7], 'PCI_CB_CARD_BUS', { lspci: 'secondary={x}' })),
  subordinateBus: value(
    0x1a,
    1,
    'Bus',
    number([0, 7], 'PCI_CB_SUBORDINATE_BUS', { lspci: 'subordinate={x}' }),
  ),
  cardBusLatencyTimer: value(
    0x1b,
    1,
    'Bus',
    number([0, 7], 'PCI_CB_LATENCY_TIMER', { lspci: 'sec-latency={d}' }),
  ),
  bridgeControl: register(0x3e, 2, 'PCI_CB_BRIDGE_CONTROL', 'BridgeCtl', {
    parityErrorResponse: flag(0, 'PCI_CB_BRIDGE_CTL_PARITY', 'Parity'),
    systemErrors: flag(1, 'PCI_CB_BRIDGE_CTL_SERR', 'SERR'),
    isa: flag(2, 'PCI_CB_BRIDGE_CTL_ISA', 'ISA'),
    vga: flag(3, 'PCI_CB_BRIDGE_CTL_VGA', 'VGA'),
    masterAbort: flag(5, 'PCI_CB_BRIDGE_CTL_MASTER_ABORT', 'MAbort'),
    cardReset: flag(6, 'PCI_CB_BRIDGE_CTL_CB_RESET', '>Reset'),
    sixteenBitInterrupts: flag(7, 'PCI_CB_BRIDGE_CTL_16BIT_INT', '16bInt'),
    prefetchMemory0: flag(8, 'PCI_CB_BRIDGE_CTL_PREFETCH_MEM0'),
    prefetchMemory1: flag(9, 'PCI_CB_BRIDGE_CTL_PREFETCH_MEM1'),
    writePosting: flag(10, 'PCI_CB_BRIDGE_CTL_POST_WRITES', 'PostWrite'),
  }),
  subsystemVendor: value(0x40, 2, '', number([0, 15], 'PCI_CB_SUBSYSTEM_VENDOR_ID')),
  subsystemDevice: value(0x42, 2, '', number([0, 15], 'PCI_CB_SUBSYSTEM_ID')),
})

/** The table each kind of header is decoded with. */
export const headerLayouts = {
  type0: type0HeaderLayout,
  type1: type1HeaderLayout,
  type2: type2HeaderLayout,
  unknown: commonHeaderLayout,
} as const

/** How many BARs a header has at 0x10, and where its first capability pointer stands. */
export interface HeaderShape {
  readonly kind: keyof typeof headerLayouts
  readonly bars: number
  readonly pointerAt: number | undefined
}

/** By header type: PCI_HEADER_TYPE_NORMAL, PCI_HEADER_TYPE_BRIDGE, PCI_HEADER_TYPE_CARDBUS. */
const shapes: readonly HeaderShape[] = [
  { kind: 'type0', bars: 6, pointerAt: 0x34 },
  { kind: 'type1', bars: 2, pointerAt: 0x34 },
  { kind: 'type2', bars: 1, pointerAt: 0x14 },
]
const noShape: HeaderShape = { kind: 'unknown', bars: 0, pointerAt: undefined }

/** Discriminated by `kind`: `type0` endpoint, `type1` bridge, `type2` CardBus bridge, `unknown` any other. */
export type Header = {
  [K in keyof typeof headerLayouts]: { readonly kind: K; readonly fields: Decoded<(typeof headerLayouts)[K]> }
}[keyof typeof headerLayouts]

export function headerShape(space: ConfigSpace): HeaderShape {
  const type = space.readBits(0x0e, 1, 0, 6)
  return (type === undefined ? undefined : shapes[type]) ?? noShape
}

/** A header whose fields are decoded when they are asked for. */
class LazyHeader {
  readonly kind: HeaderShape['kind']
  readonly #space: ConfigSpace
  #fields: object | undefined

  constructor(space: ConfigSpace, kind: HeaderShape['kind']) {
    this.kind = kind
    this.#space = space
  }

  get fields(): object {
    this.#fields ??= decode(headerLayouts[this.kind] as Layout, this.#space, 0)
    return this.#fields
  }

  /** JSON does not see accessors by itself. */
  toJSON(): object {
    return { kind: this.kind, fields: this.fields }
  }
}

export function headerOf(space: ConfigSpace, { kind }: HeaderShape): Header {
  return new LazyHeader(space, kind) as unknown as Header
}
