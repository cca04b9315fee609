// Pictures decoded ahead of the one that is stored, within a budget of pixels, and given in their order. Not
// here: the decoder (decode-picture.ts).
import { type Refused, whyUnread } from './decode.ts';
import type { Admit, SentPicture, Square } from './decode-picture.ts';
import { STANDARD, type Wanted } from './framing.ts';
import type { SourceEntry } from './sources/source.ts';

/** Most pixels that are decoded at once, but for small ones (decode-worker.ts): 24 million take 100 MB. */
const MOST_PIXELS = 24e6;

/** What decodes. */
export interface Decoder {
  /** Pictures that it is given at once. */
  readonly atOnce: number;
  /** Calls `admit` before it takes memory. Throws FaultError where it can decode nothing. */
  decode(picture: SentPicture, wanted: Wanted, admit: Admit): Promise<Square | Refused>;
  /** Ends it, with all that is being decoded. */
  close(): void;
}

/** An entry, and what was made of its picture. */
export interface Tried {
  entry: SourceEntry;
  result: Square | Refused;
}

/** Decodes some entries ahead and yields all in their order. Throws as the decoder. */
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
    const result = decodeWithin(budget, entry, size, decoder);
    // What fails ahead of its turn is told in its turn.
    result.catch(() => undefined);
    ahead.push({ entry, result });
  }
  while (ahead.length > 0) yield await next();
}

async function decodeWithin(
  budget: PixelBudget,
  { picture, framing = STANDARD }: SourceEntry,
  size: number,
  decoder: Decoder,
): Promise<Square | Refused> {
  let sent: SentPicture;
  try {
    sent = await sentOf(picture);
  } catch (error) {
    return whyUnread(error);
  }
  const share = budget.share();
  try {
    return await decoder.decode(sent, { ...framing, size }, (pixels) => share.take(pixels));
  } finally {
    share.end();
  }
}

/** A picture of a source as it is sent to be decoded. Rejects where it cannot be read. */
export async function sentOf(picture: SourceEntry['picture']): Promise<SentPicture> {
  if (picture.kind === 'file') return { kind: 'file', content: await picture.read() };
  const { kind, width, height, channels } = picture;
  // A copy: the bytes may be a small part of a large buffer, which would travel as a whole.
  return { kind, width, height, channels, bytes: (await picture.read()).slice() };
}

/** Pixels in memory: a picture waits until there is room for it, or nothing else is there. */
class PixelBudget {
  #taken = 0;
  #waiting: { pixels: number; go: () => void }[] = [];

  /** What one picture takes. It may end while it waits: then it takes nothing. */
  share(): { take: (pixels: number) => Promise<void>; end: () => void } {
    let one: { pixels: number; go: () => void } | null = null;
    return {
      take: (pixels) =>
        new Promise((go) => {
          this.#waiting.push((one = { pixels, go }));
          this.#admit();
        }),
      end: () => {
        if (!one) return;
        const others = this.#waiting.filter((waiting) => waiting !== one);
        if (others.length === this.#waiting.length) this.#taken -= one.pixels;
        this.#waiting = others;
        this.#admit();
      },
    };
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
