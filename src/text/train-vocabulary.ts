// Byte-pair encoding (Sennrich et al. 2016) over the bytes of words, as CLIP's vocabulary was made: the pair
// of neighbours that occurs most often becomes one token, again and again. The same words give the same
// vocabulary on every machine. Not here: counting words (word-counter.ts), encoding with the vocabulary
// (tokenizer.ts).
import { ALPHABET, lettersOf } from './byte-letters.ts';
import { Heap } from './heap.ts';
import { leftOf, pairOf, rightOf } from './pair.ts';
import { LEAST_ENTRIES, type Merge, type Vocabulary, vocabularyOf } from './vocabulary.ts';

/** A pair that occurs once is no rule. */
const LEAST_TIMES = 2;

interface Word {
  /** Ids of its parts, from left to right. */
  parts: number[];
  /** How often the word occurs. */
  times: number;
}

interface Count {
  times: number;
  /** Places in the list of words; a word may be listed twice, and may have lost the pair since. */
  words: number[];
}

/** A pair as it stood when it was put into the heap. */
interface Candidate {
  pair: number;
  times: number;
}

/** More frequent pairs first; of equal ones the pair of lower ids. */
const isBefore = (a: Candidate, b: Candidate): boolean =>
  a.times === b.times ? a.pair < b.pair : a.times > b.times;

/**
 * The vocabulary of `size` entries (514 to 1,000,000) that writes these words with the fewest tokens, as far
 * as taking the most frequent pair each time goes. It has fewer entries where no pair occurs twice. `counts`:
 * different words (see `wordsOf`), and how often each occurs (from 1); their order decides nothing.
 */
export function trainVocabulary(counts: Iterable<readonly [string, number]>, size: number): Vocabulary {
  const words = Array.from(counts, ([word, times]) => ({ parts: lettersOf(word), times }));
  const pairs = new PairCounts(words);
  const names = [...ALPHABET];
  const known = new Set(names);
  const merges: Merge[] = [];
  while (merges.length < size - LEAST_ENTRIES) {
    const pair = pairs.takeMostFrequent();
    if (pair === null) break;
    const left = names[leftOf(pair)] as string;
    const right = names[rightOf(pair)] as string;
    // Two pairs may spell one name ("a" + "aa", "aa" + "a"): the second would be an id that is never used.
    if (known.has(left + right)) continue;
    pairs.merge(pair, names.length);
    names.push(left + right);
    known.add(left + right);
    merges.push([left, right]);
  }
  return vocabularyOf(merges);
}

/** How often each pair of neighbours occurs in all words, while pairs become one. */
class PairCounts {
  readonly #words: readonly Word[];
  readonly #counts = new Map<number, Count>();
  readonly #heap = new Heap(isBefore);

  constructor(words: readonly Word[]) {
    this.#words = words;
    for (const [place, { parts, times }] of words.entries())
      for (let i = 0; i + 1 < parts.length; i++)
        this.#gain(parts[i] as number, parts[i + 1] as number, place, times);
    this.#offer(this.#counts.keys());
  }

  /** Counts a pair in the word at `place`, which occurs `times`. */
  #gain(left: number, right: number, place: number, times: number): number {
    const pair = pairOf(left, right);
    let count = this.#counts.get(pair);
    if (!count) {
      count = { times: 0, words: [] };
      this.#counts.set(pair, count);
    }
    count.times += times;
    if (count.words.at(-1) !== place) count.words.push(place);
    return pair;
  }

  /** Counts a pair no more in a word that occurs `times`. */
  #lose(left: number, right: number, times: number): void {
    const pair = pairOf(left, right);
    const count = this.#counts.get(pair);
    if (count) count.times -= times;
    if (count?.times === 0) this.#counts.delete(pair);
  }

  /** Puts pairs that were just counted into the heap, or forgets them: from now on they only become rarer. */
  #offer(pairs: Iterable<number>): void {
    for (const pair of pairs) {
      const times = this.#counts.get(pair)?.times ?? 0;
      if (times < LEAST_TIMES) this.#counts.delete(pair);
      else this.#heap.push({ pair, times });
    }
  }

  /** The pair that occurs most often, at least twice, which is not given again; null where none is left. */
  takeMostFrequent(): number | null {
    for (let first = this.#heap.pop(); first; first = this.#heap.pop()) {
      const times = this.#counts.get(first.pair)?.times ?? 0;
      if (times < LEAST_TIMES) continue;
      if (times === first.times) return first.pair;
      // It has become rarer since, so its place in the heap was too high.
      this.#heap.push({ pair: first.pair, times });
    }
    return null;
  }

  /** Makes one part, `id`, of the pair in all words. */
  merge(pair: number, id: number): void {
    const made = new Set<number>();
    for (const place of this.#counts.get(pair)?.words ?? [])
      for (const one of this.#mergeIn(place, pair, id)) made.add(one);
    this.#counts.delete(pair);
    this.#offer(made);
  }

  /** Makes one part of the pair in one word, from left to right, and gives the pairs that this made. */
  #mergeIn(place: number, pair: number, id: number): number[] {
    const { parts, times } = this.#words[place] as Word;
    const left = leftOf(pair);
    const right = rightOf(pair);
    const made: number[] = [];
    let length = 0;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as number;
      if (part !== left || parts[i + 1] !== right) {
        parts[length++] = part;
        continue;
      }
      const before = parts[length - 1];
      const after = parts[i + 2];
      if (length > 0) {
        this.#lose(before as number, left, times);
        made.push(this.#gain(before as number, id, place, times));
      }
      if (after !== undefined) {
        this.#lose(right, after, times);
        made.push(this.#gain(id, after, place, times));
      }
      parts[length++] = id;
      i++;
    }
    parts.length = length;
    return made;
  }
}
