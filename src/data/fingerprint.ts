// Fingerprints of an imported set: the same pixels, or the same captions and classes, give the same one on
// every computer. Not here: what happens where a run's fingerprint differs (trainer/run-pictures.ts).
import { hexDigest } from '../formats/hex-digest.ts';

/** Bytes in one digest. A change would change every fingerprint. */
const CHUNK_BYTES = 4 * 1024 * 1024;

/** SHA-256 (hex) over the SHA-256s of bytes in chunks of 4 MiB, then of a text. */
export class Fingerprint {
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  #filled = 0;
  readonly #digests: Uint8Array[] = [];

  async add(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      const part = bytes.subarray(from, from + CHUNK_BYTES - this.#filled);
      this.#chunk.set(part, this.#filled);
      this.#filled += part.length;
      from += part.length;
      if (this.#filled === CHUNK_BYTES) await this.#digestChunk();
    }
  }

  /** Of all bytes so far. `label`: "<count> x <size>" of pixels, "<count> pictures" of captions. */
  async finish(label: string): Promise<string> {
    if (this.#filled > 0) await this.#digestChunk();
    const text = new TextEncoder().encode(label);
    const all = new Uint8Array(this.#digests.length * 32 + text.length);
    this.#digests.forEach((digest, i) => all.set(digest, i * 32));
    all.set(text, this.#digests.length * 32);
    return hexDigest(all);
  }

  async #digestChunk(): Promise<void> {
    const bytes = this.#chunk.subarray(0, this.#filled);
    this.#filled = 0;
    this.#digests.push(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
  }
}
