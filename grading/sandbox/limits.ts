/** What one submission may cost. Seconds are wall-clock; a child that goes past one is killed and the next check gets a new one. */
export interface Limits {
  /** One call of a function, where its check names no limit. */
  callSeconds: number;
  /** Running a question's cells before the first call. */
  loadSeconds: number;
  /** All calls of one question together, so that many endless loops do not hold up the batch. */
  questionSeconds: number;
  /** JavaScript's heap of one child, megabytes. */
  heapMegabytes: number;
  /** All memory a child may write to: heap, tensors, buffers and code, megabytes. Node itself needs about 600. */
  dataMegabytes: number;
  /** What a child may print before it is ended, bytes. */
  outputBytes: number;
  /** What is kept of it for the feedback page, characters. */
  keptOutput: number;
  /** The longest answer of one call, bytes. */
  replyBytes: number;
}

export const defaultLimits: Limits = {
  callSeconds: 5,
  loadSeconds: 10,
  questionSeconds: 20,
  heapMegabytes: 384,
  dataMegabytes: 1500,
  outputBytes: 4_000_000,
  keptOutput: 4000,
  replyBytes: 24_000_000,
};
