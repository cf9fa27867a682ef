import { z } from 'zod'
import { aspects, largestBytes, reasonPattern, recordingFormat } from './recording-format.js'

const reason = z.string().regex(reasonPattern).describe('`absent`, `denied`, or an errno name')

const file = z
  .strictObject({
    text: z
      .union([z.string(), z.array(z.string())])
      .describe('The text, or its lines where it has several and each ends with a newline.'),
    bytes: z
      .array(z.string().regex(/^[0-9a-f]{3,8}:( [0-9a-f]{2}){1,16}$/))
      .describe(
        '`offset: bytes`, both hexadecimal, 16 bytes to a line. A line not given is zero. Needs `size`.',
      ),
    known: z
      .array(z.string().regex(/^[0-9a-f]{3,8}:( [0-9a-f]{2}){1,16}$/))
      .describe(
        'As `bytes`: a 1 for every bit that is known. A line not given: nothing of it is. Absent: all is known.',
      ),
    size: z.int().min(0).max(largestBytes).describe('Number of bytes read.'),
    cut: z
      .literal(true)
      .describe('Reading stopped at `size` because no more was asked for: the file may go on.'),
    link: z.string().describe('The target of a symbolic link, not resolved.'),
    list: z.array(z.string()).describe('Names in a folder.'),
    version: z.string().describe('What the program there printed for `--version`.'),
    failed: z.partialRecord(z.enum(aspects), reason).describe('Reads that gave nothing.'),
  })
  .partial()
  .refine(({ bytes, size }) => (bytes === undefined) === (size === undefined), 'bytes and size go together')
  .refine(
    ({ bytes, known, cut }) => bytes !== undefined || (known ?? cut) === undefined,
    'known and cut need bytes',
  )
  .describe('What came of reading one path.')

/** The format of a recording, for others: `recordedHost` checks by hand, which is faster and says more. */
export const recordingSchema = z
  .strictObject({
    format: z.literal(recordingFormat),
    program: z.string().describe('What made it: `handover 0.1.0`.'),
    recorded: z.string().describe('When, as an ISO 8601 time in UTC.'),
    pseudonyms: z
      .boolean()
      .describe('True where serial numbers, addresses and names were replaced by pseudonyms.'),
    files: z.record(z.string().regex(/^\//), file).describe('By absolute path.'),
  })
  .describe('Everything that handover read of one host.')
