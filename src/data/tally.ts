// Files that an import left out, counted by reason: all of them by number, one of each reason by name, and
// the first ones each. Pure. Not here: the reasons (decode.ts, doubtful.ts).
import type { SkippedFile, Tally, ToldFiles } from './api.ts';
import { cleanText } from '../plain-text.ts';

/** Files that are told by name: the page shows no more. */
const NAMED = 500;
/** Reasons that are counted apart; further ones are counted as others. */
const MOST_REASONS = 16;
const LONGEST_TEXT = 120;
const LONGEST_WHY = 240;
const OTHERS = 'other reasons';

/** Reasons that differ in numbers alone, such as sizes, are one. */
const kindOf = (why: string): string => why.replaceAll(/\d[\d,.]*/g, '0');

/** A tally that files are added to. */
export class FileTally {
  readonly #reasons = new Map<string, Tally['reasons'][number]>();
  readonly #named: SkippedFile[] = [];
  #count = 0;

  /** `before`: what an import that goes on had counted. */
  constructor(before?: Tally) {
    for (const one of before?.reasons ?? []) this.#reasons.set(kindOf(one.why), { ...one });
    this.#count = before?.count ?? 0;
  }

  add(file: SkippedFile): void {
    const { name, why } = told(file);
    this.#count++;
    if (this.#named.length < NAMED) this.#named.push({ name, why });
    const isKnown = this.#reasons.has(kindOf(why)) || this.#reasons.size < MOST_REASONS;
    const kind = isKnown ? kindOf(why) : OTHERS;
    const reason = this.#reasons.get(kind);
    if (reason) reason.count++;
    else this.#reasons.set(kind, { why: cut(isKnown ? why : OTHERS), count: 1, example: name });
  }

  get count(): number {
    return this.#count;
  }

  /** With the first 500 files since the import began or went on. */
  get told(): ToldFiles {
    return { ...this.tally, files: this.#named };
  }

  /** The most frequent reason first. */
  get tally(): Tally {
    return { count: this.#count, reasons: [...this.#reasons.values()].sort((a, b) => b.count - a.count) };
  }
}

const cut = (text: string, most = LONGEST_TEXT): string =>
  text.length > most ? `${text.slice(0, most)}…` : text;

/** A text that may come from an archive, as it is shown: visible, one line of at most 120 characters. */
export const shortText = (text: string): string => cut(cleanText(text));

/** A file that was left out as it is told: its name and the reason short, in visible text. */
export const told = ({ name, why }: SkippedFile): SkippedFile => ({
  name: shortText(name),
  why: cut(cleanText(why), LONGEST_WHY),
});
