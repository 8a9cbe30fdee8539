/**
 * The errors a reader of the course meets. Each message names the thing, what was expected, what came,
 * and the likely remedy, so that it can be acted on without reading our source.
 */
export class GenerativeError extends Error {
  override name = "GenerativeError";
}

/** A tensor or an image has the wrong shape. */
export class ShapeError extends GenerativeError {
  override name = "ShapeError";
}

/** A data file, checkpoint or notebook is missing, damaged or of another kind than expected. */
export class DataError extends GenerativeError {
  override name = "DataError";
}

/** An option has a value that makes no sense (a negative rate, an unknown backend). */
export class OptionError extends GenerativeError {
  override name = "OptionError";
}

/** A training went where it cannot come back from: a loss that is no longer a number. */
export class TrainingError extends GenerativeError {
  override name = "TrainingError";
}

/** A step does what cannot be recorded, such as reading a value or drawing random numbers in JavaScript. */
export class TraceError extends GenerativeError {
  override name = "TraceError";
}

/** What is asked for would break, or falsely claim, differential privacy. */
export class PrivacyError extends GenerativeError {
  override name = "PrivacyError";
}
