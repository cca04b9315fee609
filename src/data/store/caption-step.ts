// Other texts for some pictures of a set, as the bytes that a change of captions adds to edits.bin: u32 how
// many pictures, u32 number of each, u32 bytes of its texts, then the texts as words.bin has them, filled up
// to a multiple of 4. Pure. Not here: the file (edit-log.ts).

const FIRST_BYTES = 64 * 1024;

/** Collects the texts of a change, outside the JavaScript heap. */
export class CaptionStep {
  #numbers = new Uint32Array(1024);
  #sizes = new Uint32Array(1024);
  #texts = new Uint8Array(FIRST_BYTES);
  #count = 0;
  #end = 0;

  /** Pictures so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds a picture, by its number in the set. `packed`: its texts (texts.ts). */
  add(number: number, packed: Uint8Array): void {
    if (this.#count === this.#numbers.length) {
      this.#numbers = twice(this.#numbers, Uint32Array);
      this.#sizes = twice(this.#sizes, Uint32Array);
    }
    while (this.#end + packed.length > this.#texts.length) this.#texts = twice(this.#texts, Uint8Array);
    this.#numbers[this.#count] = number;
    this.#sizes[this.#count++] = packed.length;
    this.#texts.set(packed, this.#end);
    this.#end += packed.length;
  }

  /** The bytes of edits.bin. */
  bytes(): Uint8Array<ArrayBuffer> {
    const head = 4 + this.#count * 8;
    const bytes = new Uint8Array(Math.ceil((head + this.#end) / 4) * 4);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, this.#count, true);
    for (let i = 0; i < this.#count; i++) {
      view.setUint32(4 + i * 4, this.#numbers[i] as number, true);
      view.setUint32(4 + (this.#count + i) * 4, this.#sizes[i] as number, true);
    }
    bytes.set(this.#texts.subarray(0, this.#end), head);
    return bytes;
  }
}

function twice<T extends Uint8Array<ArrayBuffer> | Uint32Array<ArrayBuffer>>(
  array: T,
  of: new (length: number) => T,
): T {
  const larger = new of(array.length * 2);
  larger.set(array);
  return larger;
}

/** The number of pictures of a step. */
export const countOfStep = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);

/** Visits each picture of the bytes of a step; its texts are `length` bytes from `at` on. */
export function eachOfStep(
  bytes: Uint8Array,
  visit: (number: number, at: number, length: number) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = countOfStep(bytes);
  let at = 4 + count * 8;
  for (let i = 0; i < count; i++) {
    const length = view.getUint32(4 + (count + i) * 4, true);
    visit(view.getUint32(4 + i * 4, true), at, length);
    at += length;
  }
}
