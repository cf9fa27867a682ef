/** What was asked for cannot be worked out: a mistake in a specification, or a port that is none. The message says what to give. */
export class PredictionInputError extends Error {
  override readonly name = 'PredictionInputError'
}
