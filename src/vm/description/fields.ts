import { z } from 'zod'

/** A setting that is told to be `expected` where it is something else. */
export const error = (expected: string) => ({ error: `expected ${expected}` })

const sizeWords = 'a size such as 512M or 8G'

/** In bytes. */
export const size = z
  .union(
    [
      z.int(error(sizeWords)).positive(error(sizeWords)),
      z.string().regex(/^[1-9]\d*[KMGT]$/, error(sizeWords)),
    ],
    error(sizeWords),
  )
  .transform((text) => {
    const [, count, unit = ''] = /^(\d+)([KMGT]?)$/.exec(String(text))!
    return Number(count) * 1024 ** (unit ? ' KMGT'.indexOf(unit) : 0)
  })
  .refine((bytes) => bytes % 1024 ** 2 === 0, error(`whole mebibytes: ${sizeWords}`))

export const file = z.string(error('a file name')).min(1, error('a file name'))
export const text = z.string(error('text'))
export const flag = z.boolean(error('true or false'))
export const count = z.int(error('a number')).min(1, error('1 or more')).max(1024, error('1024 or less'))
export const bootindex = z.int(error('a number: 0 is tried first')).min(0, error('0 or more')).optional()

/** One word of several: `a, b or c`. */
export const word = <const T extends readonly [string, ...string[]]>(...words: T) =>
  z.enum(words, error(`${words.slice(0, -1).join(', ')} or ${words.at(-1)}`))

const threadWords = 'host threads such as 2-5,8-11'

/** Host threads in the order in which they stand there. */
export const threads = z
  .union(
    [
      z.int(error(threadWords)).min(0, error(threadWords)).max(9999, error(threadWords)),
      z.string().regex(/^\d{1,4}(-\d{1,4})?(,\d{1,4}(-\d{1,4})?)*$/, error(threadWords)),
    ],
    error(threadWords),
  )
  .transform((list) => String(list).split(',').map(range))
  .refine((list) => list.every(({ length }) => length > 0), error(`the lower number of a range first`))
  .transform((list) => list.flat())

/** Empty where the last is before the first. */
function range(text: string): number[] {
  const [first, last = first] = text.split('-').map(Number) as [number, number?]
  return Array.from({ length: last! - first + 1 }, (_, index) => first + index)
}

/** A station's address: the lowest bit of the first byte is 0 (IEEE 802-2014, clause 8). */
export const mac = text
  .regex(/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i, { ...error('an address such as 52:54:00:12:34:56'), abort: true })
  .regex(/^.[02468ace]/i, error('the address of a single card: its second digit even'))

/**
 * A setting that is written short, or as a map of settings. A plain union would say of a wrong map only that it is neither.
 */
export function shortOr<Short extends z.ZodType, Long extends z.ZodType>(short: Short, long: Long) {
  return z.unknown().transform((value, context): z.output<Short> | z.output<Long> => {
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value)
    const parsed = (isMap ? long : short).safeParse(value)
    if (parsed.success) return parsed.data as z.output<Short> | z.output<Long>
    for (const issue of parsed.error.issues) context.issues.push({ ...issue, input: value } as never)
    return z.NEVER
  })
}
