// The log of edits.bin without what does not count any more: captions that a later change replaced and whose
// undoing is no longer offered, changes that were undone. Pure. Not here: writing it (edit-log.ts).
import { CaptionStep, eachOfStep } from './caption-step.ts';
import { type EditsMark, type Part, partAt, partsOf } from './edits-mark.ts';

/** Changes that stay undoable: so many, and of so many bytes; the newest one always. */
const UNDOABLE = { steps: 16, bytes: 64 * 1024 * 1024 };
/** Most changes that are listed apart: opening a set goes through each. */
const MOST_STEPS = 64;
/** A log is written anew from so many bytes on, where so much of it is dead. */
const FOLDED_FROM = 64 * 1024;
const DEAD = 0.25;

interface Folded {
  bytes: Uint8Array<ArrayBuffer>;
  /** The parts of the mark once the bytes lie at `start`. */
  at(start: number): Pick<EditsMark, 'removed' | 'folded' | 'steps'>;
}

/**
 * `readLog`: reads the bytes that `mark` speaks of, of a set of `stored` pictures; not called where the mark
 * alone tells that there is nothing to do. Null: little of the log is dead.
 */
export function foldedEdits(mark: EditsMark, readLog: () => Uint8Array, stored: number): Folded | null {
  const first = firstUndoable(mark.steps);
  const counting = partsOf(mark).reduce((sum, { bytes }) => sum + bytes, 0);
  // Where every step can be undone, none of them is put together with others.
  if (first === 0 && !isDead(mark.end - mark.start, counting)) return null;
  const log = readLog();
  const bytesOf = ({ at, bytes }: Part): Uint8Array => log.subarray(at - mark.start, at - mark.start + bytes);
  const removed = mark.removed && bytesOf(mark.removed);
  const older = [mark.folded, ...mark.steps.slice(0, first)].filter((part) => part !== null).map(bytesOf);
  const steps = mark.steps.slice(first).map(bytesOf);
  const newest = new NewestTexts(older, stored);
  const live = [...steps, removed].reduce((sum, part) => sum + (part?.length ?? 0), newest.length);
  if (!isDead(log.length, live) && mark.steps.length <= MOST_STEPS) return null;
  return laidOut(removed, older.length > 0 ? newest.step() : null, steps);
}

const isDead = (bytes: number, live: number): boolean => bytes >= FOLDED_FROM && bytes - live > DEAD * bytes;

/** Index of the oldest step whose undoing is offered on. */
function firstUndoable(steps: readonly Part[]): number {
  let [first, bytes] = [steps.length, 0];
  while (first > 0 && steps.length - first < UNDOABLE.steps) {
    bytes += steps[first - 1]?.bytes ?? 0;
    if (bytes > UNDOABLE.bytes && first < steps.length) break;
    first--;
  }
  return first;
}

/** What some steps come to together: the newest texts of each picture. */
class NewestTexts {
  readonly #steps: readonly Uint8Array[];
  /** By number: the index of the step plus one, 0: none; the texts' place in it; their bytes. */
  readonly #step: Uint32Array;
  readonly #at: Uint32Array;
  readonly #bytes: Uint32Array;
  /** Bytes of `step()`, nearly. */
  readonly length: number;

  constructor(steps: readonly Uint8Array[], stored: number) {
    this.#steps = steps;
    [this.#step, this.#at, this.#bytes] = [
      new Uint32Array(stored),
      new Uint32Array(stored),
      new Uint32Array(stored),
    ];
    steps.forEach((bytes, step) =>
      eachOfStep(bytes, (number, at, length) => {
        this.#step[number] = step + 1;
        this.#at[number] = at;
        this.#bytes[number] = length;
      }),
    );
    this.length = this.#step.reduce((sum, step, i) => sum + (step > 0 ? 8 + (this.#bytes[i] ?? 0) : 0), 0);
  }

  step(): Uint8Array<ArrayBuffer> {
    const together = new CaptionStep();
    this.#step.forEach((step, number) => {
      const at = this.#at[number] ?? 0;
      const bytes = this.#steps[step - 1]?.subarray(at, at + (this.#bytes[number] ?? 0));
      if (bytes) together.add(number, bytes);
    });
    return together.bytes();
  }
}

/** The parts one behind the other. */
function laidOut(
  removed: Uint8Array | null,
  folded: Uint8Array | null,
  steps: readonly Uint8Array[],
): Folded {
  const pieces = [removed, folded, ...steps].filter((piece) => piece !== null);
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  const places = new Map<Uint8Array, number>();
  let end = 0;
  for (const piece of pieces) {
    places.set(piece, end);
    bytes.set(piece, end);
    end += piece.length;
  }
  const part = (start: number, piece: Uint8Array): Part => partAt(start + (places.get(piece) ?? 0), piece);
  return {
    bytes,
    at: (start) => ({
      removed: removed && part(start, removed),
      folded: folded && part(start, folded),
      steps: steps.map((piece) => part(start, piece)),
    }),
  };
}
