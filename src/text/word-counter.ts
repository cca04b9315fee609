// How often each word of many texts occurs, in bounded memory. Not here: what a word is (words.ts,
// caption-words.ts), which words become tokens (train-vocabulary.ts).

/** Longer words are passed over, in UTF-16 units: they are noise, and each is nearly always the only one. */
const LONGEST = 64;
/** Most different words that are told. */
const MOST = 200_000;
/** Most letters of them all, in UTF-16 units: Chinese captions have few spaces, and most words once. */
const MOST_LETTERS = 1_000_000;

/** Counts words of at most 64 letters; beyond 200,000 different ones, or 1,000,000 letters, not the rare. */
export class WordCounter {
  #counts = new Map<string, number>();

  /** Counts these words of one text once more. */
  add(words: Iterable<string>): void {
    for (const word of words)
      if (word.length <= LONGEST) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1);
    // Sorting is rare: once for 200,000 new words.
    if (this.#counts.size > 2 * MOST) this.#counts = new Map(this.mostFrequent());
  }

  /** Words and how often each came, the most frequent first, then by code units. */
  mostFrequent(): [string, number][] {
    const order = ([a, timesA]: [string, number], [b, timesB]: [string, number]): number =>
      timesB - timesA || (a < b ? -1 : 1);
    let letters = 0;
    const isKept = ([word]: [string, number]): boolean => (letters += word.length) <= MOST_LETTERS;
    return [...this.#counts].sort(order).slice(0, MOST).filter(isKept);
  }
}
