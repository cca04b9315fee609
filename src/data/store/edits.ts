// What was changed in a set since it was imported, as its readers ask for it: which pictures are removed,
// which have other captions or squares. Read whole when a set is opened, so that later changes do not disturb
// who reads. Not here: changing it (edit-log.ts).
import { crc32 } from '../../formats/crc32.ts';
import { type Fault, FaultError } from '../../fault.ts';
import { PLACES_BYTES, readByTurns, type Turned } from './by-turns.ts';
import { type CutSquare, unpackSquare } from './cut-square-bytes.ts';
import { countOfStep, NewestOfSteps } from './edit-step.ts';
import { type EditsMark, type Part, partsWith, type Step } from './edits-mark.ts';

/** The newest whole mark of edits.bin; null where nothing was changed. */
export async function newestEdits(file: Blob | null): Promise<Turned<EditsMark> | null> {
  if (!file || file.size === 0) return null;
  const bytes = new Uint8Array(await file.slice(0, PLACES_BYTES).arrayBuffer());
  return readByTurns<EditsMark>(bytes)[0] ?? null;
}

export class Edits {
  readonly mark: EditsMark;
  /** Of `mark`: what a change goes on from. */
  readonly turn: number;
  /** Numbers of the removed pictures, ascending. */
  readonly removed: Uint32Array<ArrayBuffer>;
  /** From the start of the log on. */
  readonly #log: Uint8Array<ArrayBuffer>;
  readonly #texts: NewestOfSteps;
  readonly #squares: NewestOfSteps;
  /** Numbers of the pictures whose squares were cut by hand, ascending. */
  readonly cut: readonly number[];

  /**
   * `log`: the bytes from the start of the log to its end; `stored`: pictures of the set. Throws FaultError
   * kind `data` where they are damaged.
   */
  constructor({ value, turn }: Turned<EditsMark>, log: Uint8Array<ArrayBuffer>, stored: number) {
    this.mark = value;
    this.turn = turn;
    this.#log = log;
    const part = (one: Part): Uint8Array<ArrayBuffer> => {
      const bytes = log.subarray(one.at - value.start, one.at - value.start + one.bytes);
      if (bytes.length !== one.bytes || crc32(bytes) !== one.crc) throw new FaultError(damagedEdits);
      return bytes;
    };
    this.removed = value.removed ? numbersIn(part(value.removed)) : new Uint32Array();
    const newest = (of?: 'squares'): NewestOfSteps =>
      new NewestOfSteps(partsWith(value, of).map(part), stored);
    [this.#texts, this.#squares] = [newest(), newest('squares')];
    this.cut = this.#squares.numbers.filter((number) => this.squareOf(number) !== null);
  }

  /** Whether the captions of a picture were changed. */
  isEdited(number: number): boolean {
    return this.#texts.of(number) !== null;
  }

  /** The texts of a picture whose captions were changed, as words.bin has them; else null. */
  textsOf(number: number): Uint8Array<ArrayBuffer> | null {
    return this.#texts.of(number);
  }

  /** The square of a picture that was cut by hand; null where it is that of the import. */
  squareOf(number: number): CutSquare | null {
    const bytes = this.#squares.of(number);
    return bytes && bytes.length > 0 ? unpackSquare(bytes) : null;
  }

  /** The changes that can be undone, each with the number of its pictures, the oldest first. */
  get undoable(): { of: Step['of']; pictures: number }[] {
    const { start, steps } = this.mark;
    return steps.map(({ of, at }) => ({ of, pictures: countOfStep(this.#log.subarray(at - start)) }));
  }

  /** As they are once only the parts of `mark` count. */
  with(mark: EditsMark, stored: number): Edits {
    return new Edits({ value: mark, turn: this.turn }, this.#log, stored);
  }
}

/** Reads the changes of a set of `stored` pictures. Throws FaultError kind `data` where they are damaged. */
export async function readEdits(file: Blob | null, stored: number): Promise<Edits | null> {
  const newest = await newestEdits(file);
  if (!file || !newest) return null;
  const { start, end } = newest.value;
  return new Edits(newest, new Uint8Array(await file.slice(start, end).arrayBuffer()), stored);
}

/** The numbers in the part `removed`. */
function numbersIn(bytes: Uint8Array): Uint32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(i * 4, true));
}

const damagedEdits: Fault = {
  kind: 'data',
  title: 'The changes of a set of pictures are damaged',
  what: 'The bytes that say which pictures are removed, and which captions and squares were changed, are not those that were written. Your checkpoints are untouched.',
  expected: 'changes whose CRC-32 fits',
  got: 'another CRC-32',
  todo: ['Delete this set of pictures and import it again.', 'Check the disk if it happens again.'],
};
