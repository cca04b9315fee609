// Pictures decoded ahead of the one that is stored, within a budget of pixels, and given in their order. Not
// here: the decoder (decode-picture.ts).
import { type Refused, whyUnread } from './decode.ts';
import type { Admit, SentPicture, Square } from './decode-picture.ts';
import type { SourceEntry } from './sources/source.ts';

/** Most pixels that are decoded at once: 24 million take 100 MB. */
const MOST_PIXELS = 24e6;

/** What decodes. */
export interface Decoder {
  /** Pictures that it is given at once. */
  readonly atOnce: number;
  /** Calls `admit` before it takes memory. Never rejects. */
  decode(picture: SentPicture, size: number, admit: Admit): Promise<Square | Refused>;
  /** Ends it, with all that is being decoded. */
  close(): void;
}

/** An entry, and what was made of its picture. */
export interface Tried {
  entry: SourceEntry;
  result: Square | Refused;
}

/** Decodes some entries ahead and yields all in their order. */
export async function* decodeInOrder(
  entries: AsyncIterable<SourceEntry>,
  size: number,
  decoder: Decoder,
): AsyncGenerator<Tried> {
  const budget = new PixelBudget();
  const ahead: { entry: SourceEntry; result: Promise<Square | Refused> }[] = [];
  const next = async (): Promise<Tried> => {
    const first = ahead.shift();
    if (!first) throw new Error('nothing is being decoded');
    return { entry: first.entry, result: await first.result };
  };
  for await (const entry of entries) {
    if (ahead.length >= decoder.atOnce) yield await next();
    ahead.push({ entry, result: decodeWithin(budget, entry, size, decoder) });
  }
  while (ahead.length > 0) yield await next();
}

async function decodeWithin(
  budget: PixelBudget,
  { picture }: SourceEntry,
  size: number,
  decoder: Decoder,
): Promise<Square | Refused> {
  let taken = 0;
  try {
    return await decoder.decode(await sentOf(picture), size, async (pixels) => {
      await budget.take(pixels);
      taken = pixels;
    });
  } catch (error) {
    return whyUnread(error);
  } finally {
    budget.give(taken);
  }
}

/** A picture of a source as it is sent to be decoded. Rejects where it cannot be read. */
export async function sentOf(picture: SourceEntry['picture']): Promise<SentPicture> {
  if (picture.kind === 'file') return { kind: 'file', file: await picture.blob() };
  const { kind, width, height, channels } = picture;
  // A copy: the bytes may be a small part of a large buffer, which would travel as a whole.
  return { kind, width, height, channels, bytes: (await picture.read()).slice() };
}

/** Pixels in memory: a picture waits until there is room for it, or nothing else is there. */
class PixelBudget {
  #taken = 0;
  readonly #waiting: { pixels: number; go: () => void }[] = [];

  take(pixels: number): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ pixels, go });
      this.#admit();
    });
  }

  give(pixels: number): void {
    this.#taken -= pixels;
    this.#admit();
  }

  #admit(): void {
    for (let [first] = this.#waiting; first; [first] = this.#waiting) {
      if (this.#taken > 0 && this.#taken + first.pixels > MOST_PIXELS) return;
      this.#taken += first.pixels;
      this.#waiting.shift();
      first.go();
    }
  }
}
