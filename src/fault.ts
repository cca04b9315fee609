// What went wrong, as data. An expected failure travels through workers as a
// Fault (an Error loses its fields on the way); inside one thread it is
// thrown as FaultError. Not here: how a fault is shown (ui/frame/alert.tsx).
import { plainText } from './plain-text.ts';

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
  constructor(given: Fault, cause?: unknown) {
    const fault = plainFault(given);
    super(`${fault.title}: expected ${fault.expected}, got ${fault.got}`, { cause });
    this.name = 'FaultError';
    this.fault = fault;
  }
}

/** Most characters of a title, of a sentence to do, and of the other texts of a fault. */
const LONGEST = { title: 200, todo: 400, text: 1000 } as const;

/** The fault with its texts bounded and cleaned: what they repeat may come out of a file. */
const plainFault = (fault: Fault): Fault => ({
  ...fault,
  title: plainText(fault.title, LONGEST.title),
  what: plainText(fault.what, LONGEST.text),
  expected: plainText(fault.expected, LONGEST.text),
  got: plainText(fault.got, LONGEST.text),
  todo: fault.todo.map((one) => plainText(one, LONGEST.todo)),
});

/** Most characters of a value that a fault repeats. */
const SHOWN_JSON = 128;

/**
 * A value out of a file as the beginning of its JSON, of at most 128 characters, for a fault. No more of the
 * value is looked at than is shown: one text of megabytes may stand in a list a million times, and a list in
 * itself.
 */
export function shownJson(value: unknown): string {
  if (value === undefined) return 'nothing';
  let text = '';
  const write = (item: unknown): void => {
    if (text.length > SHOWN_JSON) return;
    if (typeof item === 'string') text += JSON.stringify(item.slice(0, SHOWN_JSON + 1));
    else if (Array.isArray(item)) {
      text += '[';
      writeAll(item, ']', write);
    } else if (typeof item === 'object' && item !== null) {
      text += '{';
      writeAll(item instanceof Map ? item : fieldsOf(item), '}', ([key, field]: [unknown, unknown]) => {
        write(String(key));
        text += ':';
        write(field);
      });
    } else text += String(item).slice(0, SHOWN_JSON + 1);
  };
  const writeAll = <T>(items: Iterable<T>, end: string, one: (item: T) => void): void => {
    let isFirst = true;
    for (const item of items) {
      if (text.length > SHOWN_JSON) return;
      if (!isFirst) text += ',';
      isFirst = false;
      one(item);
    }
    text += end;
  };
  write(value);
  return text.slice(0, SHOWN_JSON);
}

/** The fields of an object one after another: of a million of them only those that are asked for are read. */
function* fieldsOf(object: object): Generator<[string, unknown]> {
  for (const key in object)
    if (Object.hasOwn(object, key)) yield [key, (object as Record<string, unknown>)[key]];
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
    got: plainText(got, LONGEST.text),
    todo: ['Reload the page: the run goes on from its newest checkpoint.'],
  };
}

/** The answer of a command that may fail in an expected way. */
export type Result<T> = { ok: true; value: T } | { ok: false; fault: Fault };
