// The log of edits.bin without what does not count any more: captions and squares that a later change
// replaced and whose undoing is no longer offered, changes that were undone. Pure. Not here: writing it
// (edit-log.ts).
import { EditStep, NewestOfSteps } from './edit-step.ts';
import { type EditsMark, type Part, partAt, partsOf, partsWith, type Step } from './edits-mark.ts';

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
  at(start: number): Pick<EditsMark, 'removed' | 'folded' | 'foldedSquares' | 'steps'>;
}

/**
 * `readLog`: reads the bytes that `mark` speaks of, of a set of `stored` pictures; not called where the mark
 * alone tells that there is nothing to do. Null: little of the log is dead.
 */
export function foldedEdits(mark: EditsMark, readLog: () => Bytes, stored: number): Folded | null {
  const first = firstUndoable(mark.steps);
  const counting = partsOf(mark).reduce((sum, { bytes }) => sum + bytes, 0);
  // Where every step can be undone, none of them is put together with others.
  if (first === 0 && !isDead(mark.end - mark.start, counting)) return null;
  const log = readLog();
  const bytesOf = ({ at, bytes }: Part): Bytes => log.subarray(at - mark.start, at - mark.start + bytes);
  const older = { ...mark, steps: mark.steps.slice(0, first) };
  const pieces: Pieces = {
    removed: mark.removed && bytesOf(mark.removed),
    folded: together(partsWith(older, undefined).map(bytesOf), stored),
    foldedSquares: together(partsWith(older, 'squares').map(bytesOf), stored),
    steps: mark.steps.slice(first).map((step) => ({ of: step.of, bytes: bytesOf(step) })),
  };
  const live = inOrder(pieces).reduce((sum, { length }) => sum + length, 0);
  if (!isDead(log.length, live) && mark.steps.length <= MOST_STEPS) return null;
  return laidOut(pieces);
}

type Bytes = Uint8Array<ArrayBuffer>;

/** What is kept of the log. */
interface Pieces {
  removed: Bytes | null;
  folded: Bytes | null;
  foldedSquares: Bytes | null;
  steps: { of: Step['of']; bytes: Bytes }[];
}

const inOrder = ({ removed, folded, foldedSquares, steps }: Pieces): Bytes[] =>
  [removed, folded, foldedSquares, ...steps.map(({ bytes }) => bytes)].filter((piece) => piece !== null);

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

/** What some steps come to together: what the newest gives each picture. Null: there are none. */
function together(steps: readonly Bytes[], stored: number): Bytes | null {
  if (steps.length === 0) return null;
  const newest = new NewestOfSteps(steps, stored);
  const step = new EditStep();
  for (const number of newest.numbers) step.add(number, newest.of(number) ?? new Uint8Array());
  return step.bytes();
}

/** The parts one behind the other. */
function laidOut(pieces: Pieces): Folded {
  const all = inOrder(pieces);
  const bytes = new Uint8Array(all.reduce((sum, { length }) => sum + length, 0));
  const places = new Map<Bytes, number>();
  let end = 0;
  for (const piece of all) {
    places.set(piece, end);
    bytes.set(piece, end);
    end += piece.length;
  }
  const part = (start: number, piece: Bytes): Part => partAt(start + (places.get(piece) ?? 0), piece);
  const { removed, folded, foldedSquares, steps } = pieces;
  return {
    bytes,
    at: (start) => ({
      removed: removed && part(start, removed),
      folded: folded && part(start, folded),
      ...(foldedSquares ? { foldedSquares: part(start, foldedSquares) } : {}),
      steps: steps.map(({ of, bytes: piece }) => ({ ...part(start, piece), ...(of ? { of } : {}) })),
    }),
  };
}
