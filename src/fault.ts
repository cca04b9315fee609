// What went wrong, as data. An expected failure travels through workers as a
// Fault (an Error loses its fields on the way); inside one thread it is
// thrown as FaultError. Not here: how a fault is shown (ui/frame/alert.tsx).

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
  | 'internal'; // a bug

/** Everything an alert says, as plain text in English. */
export interface Fault {
  kind: FaultKind;
  /** What happened, in a few words: "The GPU stopped answering". */
  title: string;
  /** What happened and what is safe, one to three sentences. */
  what: string;
  expected: string;
  got: string;
  /** What to do, in order. */
  todo: string[];
  /** For kind `memory`: what fits, the one to try first first. Absent: it was not looked for. */
  offers?: MemoryOffer[];
}

/** A change of the settings with which training fits the GPU. */
export interface MemoryOffer {
  settings: { batchSize?: number; gradientCheckpointing?: true };
  /** GPU bytes of all buffers with the change. */
  bytes: number;
}

/**
 * A Fault that is thrown. The message is for logs and tests; alerts show `fault`. `cause`: what a browser
 * threw, where whoever catches may have to tell it from others.
 */
export class FaultError extends Error {
  readonly fault: Fault;
  constructor(fault: Fault, cause?: unknown) {
    super(`${fault.title}: expected ${fault.expected}, got ${fault.got}`, { cause });
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/** A value out of a file's JSON as text of at most 128 characters, for a fault. */
export function shownJson(value: unknown): string {
  try {
    return JSON.stringify(value)?.slice(0, 128) ?? 'nothing';
  } catch {
    return 'something nested too deep to show';
  }
}

/** The fault of any thrown value: that of a FaultError, else one of kind `internal`. */
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
