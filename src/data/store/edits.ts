// What was changed in a set since it was imported, as its readers ask for it: which pictures are removed,
// which have other captions. Read whole when a set is opened, so that later changes do not disturb who reads.
// Not here: changing it (edit-log.ts).
import { crc32 } from '../../formats/crc32.ts';
import { type Fault, FaultError } from '../../fault.ts';
import { PLACES_BYTES, readByTurns, type Turned } from './by-turns.ts';
import { countOfStep, eachOfStep } from './caption-step.ts';
import type { EditsMark, Part } from './edits-mark.ts';

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
  /** By number: where its texts begin in `#log`, plus one. 0: they are those of the import. */
  readonly #at: Uint32Array;
  readonly #bytes: Uint32Array;

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
    const texts = [value.folded, ...value.steps].filter((one) => one !== null);
    this.#at = new Uint32Array(texts.length > 0 ? stored : 0);
    this.#bytes = new Uint32Array(this.#at.length);
    for (const one of texts)
      eachOfStep(part(one), (number, at, length) => {
        this.#at[number] = one.at - value.start + at + 1;
        this.#bytes[number] = length;
      });
  }

  /** Whether the captions of a picture were changed. */
  isEdited(number: number): boolean {
    return (this.#at[number] ?? 0) > 0;
  }

  /** The texts of a picture whose captions were changed, as words.bin has them; else null. */
  textsOf(number: number): Uint8Array<ArrayBuffer> | null {
    const at = this.#at[number] ?? 0;
    return at === 0 ? null : this.#log.subarray(at - 1, at - 1 + (this.#bytes[number] as number));
  }

  /** Of each change of captions that can be undone the number of its pictures, the oldest first. */
  get undoable(): number[] {
    const { start, steps } = this.mark;
    return steps.map(({ at }) => countOfStep(this.#log.subarray(at - start)));
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
  what: 'The bytes that say which pictures are removed and which captions were changed are not those that were written. Your checkpoints are untouched.',
  expected: 'changes whose CRC-32 fits',
  got: 'another CRC-32',
  todo: ['Delete this set of pictures and import it again.', 'Check the disk if it happens again.'],
};
