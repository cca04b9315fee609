// What a set amounts to while pictures are added to it: their number, which ones are there, classes and the
// two fingerprints. Not here: its files (picture-draft.ts).
import { Fingerprint } from '../fingerprint.ts';
import { DigestSet } from './digest-set.ts';
import type { StoredInfo } from './stored-info.ts';
import { type PictureTexts, taughtBytes } from './texts.ts';

export class SetSums {
  readonly #seen = new DigestSet();
  readonly #ofPixels = new Fingerprint();
  readonly #ofWords = new Fingerprint();
  /** Numbers of the classes by name. */
  readonly #classes = new Map<string, number>();
  #hasCaptions = false;
  #count = 0;
  #wordsEnd = 0;

  /** Pictures. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of all texts. */
  get wordsEnd(): number {
    return this.#wordsEnd;
  }

  /** Whether pixels of this SHA-256 are new; they count as there from now on. */
  isNew(digest: Uint8Array): boolean {
    return this.#seen.add(digest);
  }

  /** The number of a class, in the order in which they come. */
  classNumber(name: string): number {
    const number = this.#classes.get(name) ?? this.#classes.size;
    this.#classes.set(name, number);
    return number;
  }

  /** Adds a picture. `packed`: its texts as bytes. */
  async add(pixels: Uint8Array, packed: Uint8Array<ArrayBuffer>, texts: PictureTexts): Promise<void> {
    this.#count++;
    this.#wordsEnd += packed.length;
    this.#hasCaptions ||= texts.caption !== '';
    this.classNumber(texts.className);
    await this.#ofPixels.add(pixels);
    await this.#ofWords.add(taughtBytes(packed));
  }

  /** What info.json says of the set of pictures of this size. Nothing can be added after it. */
  async told(
    size: number,
  ): Promise<Pick<Required<StoredInfo>, 'count' | 'fingerprint' | 'captions' | 'words' | 'classes'>> {
    return {
      count: this.#count,
      fingerprint: await this.#ofPixels.finish(`${this.#count} x ${size}`),
      captions: this.#hasCaptions,
      words: await this.#ofWords.finish(`${this.#count} pictures`),
      classes: [...this.#classes.keys()],
    };
  }
}
