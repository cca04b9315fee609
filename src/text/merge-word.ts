// One word's letters joined to tokens: the most urgent pair first, of equal ones the one further left. The
// same order as `Word::merge_all` of Hugging Face's tokenizers 0.23, in O(n log n) for any word. Not here:
// the letters of a word, remembering words (tokenizer.ts).
import { Heap } from './heap.ts';
import { pairOf } from './pair.ts';

/** What becomes of pairs of ids. */
export interface PairTable {
  /** Rank of each pair (pair.ts), 0 the most urgent. */
  ranks: ReadonlyMap<number, number>;
  /** The id that the pair of each rank becomes. */
  made: readonly number[];
}

/** Letters of a word are fewer; a pair's rank and place are one number, ordered by rank, then place. */
const PLACES = 2 ** 31;

/** The ids that a word's letters become; the letters are `ids`, at least one. */
export function mergeWord(ids: readonly number[], { ranks, made }: PairTable): number[] {
  const tokens = Int32Array.from(ids);
  // Neighbours of each place; a place whose token went into the one on its left has -1 as its token.
  const previous = Int32Array.from(ids, (_, at) => at - 1);
  const next = Int32Array.from(ids, (_, at) => at + 1);
  const end = ids.length;
  const waiting = new Heap<number>((a, b) => a < b);
  const rankAt = (at: number): number | undefined => {
    const after = next[at] as number;
    return after < end ? ranks.get(pairOf(tokens[at] as number, tokens[after] as number)) : undefined;
  };
  const offer = (at: number): void => {
    const rank = rankAt(at);
    if (rank !== undefined) waiting.push(rank * PLACES + at);
  };
  for (let at = 0; at < end; at++) offer(at);
  for (let first = waiting.pop(); first !== undefined; first = waiting.pop()) {
    const at = first % PLACES;
    const id = made[Math.floor(first / PLACES)];
    // The pair may have gone meanwhile, or have become another one.
    const rank = tokens[at] === -1 ? undefined : rankAt(at);
    if (rank === undefined || made[rank] !== id) continue;
    const gone = next[at] as number;
    const after = next[gone] as number;
    tokens[at] = id as number;
    tokens[gone] = -1;
    next[at] = after;
    if (after < end) previous[after] = at;
    if (at > 0) offer(previous[at] as number);
    offer(at);
  }
  return Array.from(tokens.filter((id) => id !== -1));
}
