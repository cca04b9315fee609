// Bytes of a stored file, read at once where they are asked for: captions are read while a batch is made,
// and do not lie on the JavaScript heap. In workers only. Not here: what they mean (texts.ts, record.ts).

/** A file of at most as many bytes is kept in memory once it is read; of a larger one, pages. */
const KEPT_BYTES = 64 * 1024 * 1024;
const PAGE_BYTES = 64 * 1024;
const MOST_PAGES = 256;

/** Reads a file by places. Throws DOMException where the file was removed meanwhile. */
export class SyncBytes {
  readonly #file: Blob;
  /** By number, the least recently used first. */
  readonly #pages = new Map<number, Uint8Array<ArrayBuffer>>();
  #whole: Uint8Array<ArrayBuffer> | null = null;

  constructor(file: Blob) {
    this.#file = file;
  }

  /** `length` bytes from `at` on; fewer where the file ends. */
  read(at: number, length: number): Uint8Array<ArrayBuffer> {
    if (this.#file.size <= KEPT_BYTES) {
      this.#whole ??= bytesNow(this.#file);
      return this.#whole.subarray(at, at + length);
    }
    const first = Math.floor(at / PAGE_BYTES);
    const page = this.#page(first);
    const from = at - first * PAGE_BYTES;
    if (from + length <= PAGE_BYTES) return page.subarray(from, from + length);
    return bytesNow(this.#file.slice(at, at + length));
  }

  #page(number: number): Uint8Array<ArrayBuffer> {
    const from = number * PAGE_BYTES;
    const page = this.#pages.get(number) ?? bytesNow(this.#file.slice(from, from + PAGE_BYTES));
    this.#pages.delete(number);
    this.#pages.set(number, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }
}

const bytesNow = (blob: Blob): Uint8Array<ArrayBuffer> =>
  new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
