// Something else for some pictures of a set, texts or squares, as the bytes that a change adds to edits.bin:
// u32 how many pictures, u32 number of each, u32 bytes of each, then those bytes, filled up to a multiple of
// 4. Pure. Not here: the file (edit-log.ts), what the bytes of a square are (cut-square-bytes.ts).

const FIRST_BYTES = 64 * 1024;

/** Collects what a change gives its pictures, outside the JavaScript heap. */
export class EditStep {
  #numbers = new Uint32Array(1024);
  #sizes = new Uint32Array(1024);
  #given = new Uint8Array(FIRST_BYTES);
  #count = 0;
  #end = 0;

  /** Pictures so far. */
  get count(): number {
    return this.#count;
  }

  /** Adds a picture, by its number in the set, with its bytes. */
  add(number: number, given: Uint8Array): void {
    if (this.#count === this.#numbers.length) {
      this.#numbers = twice(this.#numbers, Uint32Array);
      this.#sizes = twice(this.#sizes, Uint32Array);
    }
    while (this.#end + given.length > this.#given.length) this.#given = twice(this.#given, Uint8Array);
    this.#numbers[this.#count] = number;
    this.#sizes[this.#count++] = given.length;
    this.#given.set(given, this.#end);
    this.#end += given.length;
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
    bytes.set(this.#given.subarray(0, this.#end), head);
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

/** Visits each picture of the bytes of a step; what it is given are `length` bytes from `at` on. */
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

/** Where the bytes of each picture of a set of `stored` lie that the newest of some steps gives it. */
export class NewestOfSteps {
  readonly #steps: readonly Uint8Array<ArrayBuffer>[];
  /** By number: the index of the step plus one, 0: none; the place in it; the bytes. */
  readonly #step: Uint32Array;
  readonly #at: Uint32Array;
  readonly #bytes: Uint32Array;

  constructor(steps: readonly Uint8Array<ArrayBuffer>[], stored: number) {
    this.#steps = steps;
    const length = steps.length > 0 ? stored : 0;
    [this.#step, this.#at, this.#bytes] = [
      new Uint32Array(length),
      new Uint32Array(length),
      new Uint32Array(length),
    ];
    steps.forEach((bytes, step) =>
      eachOfStep(bytes, (number, at, many) => {
        this.#step[number] = step + 1;
        this.#at[number] = at;
        this.#bytes[number] = many;
      }),
    );
  }

  /** What a picture is given; null where no step has it. */
  of(number: number): Uint8Array<ArrayBuffer> | null {
    const at = this.#at[number] ?? 0;
    const step = this.#steps[(this.#step[number] ?? 0) - 1];
    return step?.subarray(at, at + (this.#bytes[number] ?? 0)) ?? null;
  }

  /** The pictures that a step has, ascending. */
  get numbers(): number[] {
    const numbers: number[] = [];
    this.#step.forEach((step, number) => step > 0 && numbers.push(number));
    return numbers;
  }
}
