// Bytes that come in pieces, as one Blob: every 4 MiB leave the memory of the page, since a browser keeps
// large Blobs on the disk. Not here: where they come from (gzip.ts, zip-reader.ts).

const PIECE_BYTES = 4 * 1024 * 1024;

/** Grows by `add`; `blob` is all so far. */
export class GrowingBlob {
  readonly #whole: Blob[] = [];
  #pieces: Uint8Array<ArrayBuffer>[] = [];
  #bytes = 0;
  #size = 0;

  add(piece: Uint8Array<ArrayBuffer>): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    this.#size += piece.length;
    if (this.#bytes >= PIECE_BYTES) this.#join();
  }

  /** Bytes. */
  get size(): number {
    return this.#size;
  }

  get blob(): Blob {
    this.#join();
    return new Blob(this.#whole);
  }

  #join(): void {
    this.#whole.push(new Blob(this.#pieces));
    [this.#pieces, this.#bytes] = [[], 0];
  }
}
