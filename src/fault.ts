// What went wrong, as data. An expected failure travels as a Fault through workers (an Error loses its fields
// on the way); inside one thread it is thrown as FaultError. Not here: how it is shown (ui/alert.tsx).

export type FaultKind =
  | 'setting' // a setting that is unknown or out of range
  | 'file' // a file that is not what it should be
  | 'network' // a checkpoint of another network
  | 'storage' // refused, full, evicted, damaged
  | 'gpu' // no device, lost device, no progress
  | 'memory' // does not fit
  | 'not-finite' // NaN or Inf in loss, gradients, weights or samples
  | 'data' // pictures missing or changed
  | 'tab' // another tab holds the run
  | 'internal'; // a bug of ours

/** Everything an alert says. All strings are plain text, sentences in the present tense. */
export interface Fault {
  kind: FaultKind;
  /** What happened, short: "The GPU stopped answering". */
  title: string;
  /** What happened and what is safe, one to three sentences. */
  what: string;
  expected: string;
  got: string;
  /** What to do, in order. */
  todo: string[];
  /** Of kind `memory`: a batch size that fits. */
  fittingBatch?: number;
}

export class FaultError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault) {
    super(`${fault.title}: expected ${fault.expected}, got ${fault.got}`);
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/** A value of somebody's JSON, short enough for a fault. What is nested without end has no text. */
export function shownJson(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 128) ?? 'nothing';
  } catch {
    return 'something nested too deep to show';
  }
}

/** The fault inside any thrown value; what we did not foresee becomes kind `internal`. */
export function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  const got = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    kind: 'internal',
    title: 'Something unexpected went wrong',
    what: 'Your checkpoints are untouched.',
    expected: 'no error',
    got,
    todo: ['Reload the page: the run goes on from its newest checkpoint.'],
  };
}

/** The answer of a command that may fail in an expected way. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };
