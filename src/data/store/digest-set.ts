// A set of SHA-256 digests outside the JavaScript heap: 200,000 as strings would be 25 MB of it, here they
// are 8 MB of one array. Keeps the first 16 bytes of each: two pictures alike in these are the same picture.
// Pure.

/** Words of 32 bits that are kept of a digest. */
const WORDS = 4;
const FIRST_PLACES = 1024;

export class DigestSet {
  /** Open addressing: a digest lies at the place its first word names, or at the next free one. */
  #words = new Uint32Array(FIRST_PLACES * WORDS);
  #used = new Uint8Array(FIRST_PLACES);
  #count = 0;

  /** Adds a digest of 16 bytes or more; false where it is there already. */
  add(digest: Uint8Array): boolean {
    if (this.#count * 2 >= this.#used.length) this.#grow();
    const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
    const isNew = this.#put(Array.from({ length: WORDS }, (_, i) => view.getUint32(i * 4, true)));
    if (isNew) this.#count++;
    return isNew;
  }

  #put(words: readonly number[]): boolean {
    const mask = this.#used.length - 1;
    for (let place = (words[0] as number) & mask; ; place = (place + 1) & mask) {
      if (this.#used[place] === 0) {
        this.#used[place] = 1;
        this.#words.set(words, place * WORDS);
        return true;
      }
      if (words.every((word, i) => this.#words[place * WORDS + i] === word)) return false;
    }
  }

  #grow(): void {
    const [words, used] = [this.#words, this.#used];
    this.#words = new Uint32Array(words.length * 2);
    this.#used = new Uint8Array(used.length * 2);
    for (let place = 0; place < used.length; place++)
      if (used[place] === 1) this.#put([...words.subarray(place * WORDS, (place + 1) * WORDS)]);
  }
}
