// Which pictures of a set a query names, and in which order. Goes through the texts where they lie: nothing
// is kept for each picture. Not here: counting words and classes (count.ts), how blurred a picture is
// (blur.ts).
import { readableWords } from '../../text/caption-words.ts';
import type { PicturesQuery } from '../browse-api.ts';
import type { BrowsedSet } from './browsed-set.ts';

/** Lets other work of this thread go on. */
export type Pause = () => Promise<void>;

/** Pictures between two pauses. */
const AT_ONCE = 10_000;

/** The conditions of a query. */
type Conditions = Omit<PicturesQuery, 'dataset' | 'order'>;

/** Numbers of the pictures that meet all conditions, ascending. */
export async function findNumbers(
  set: BrowsedSet,
  conditions: Conditions,
  pause: Pause,
): Promise<Uint32Array<ArrayBuffer>> {
  const meets = conditionOf(set, conditions);
  const found = new Uint32Array(set.stored);
  let count = 0;
  for (let number = 0; number < set.stored; number++) {
    if (meets(number)) found[count++] = number;
    if (number % AT_ONCE === AT_ONCE - 1) await pause();
  }
  return found.slice(0, count);
}

/** Sorts numbers by a value of each, the smallest first; where these are equal by number. */
export const sortedBy = (
  numbers: Uint32Array<ArrayBuffer>,
  valueOf: (number: number) => number,
): Uint32Array<ArrayBuffer> => {
  const values = Float64Array.from(numbers, valueOf);
  const places = Uint32Array.from(numbers, (_, place) => place);
  places.sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  return places.map((place) => numbers[place] as number);
};

/** The shorter side of a picture's file, in pixels; Infinity where it is not known. */
export function sourceEdge(set: BrowsedSet, number: number): number {
  const { width = 0, height = 0 } = set.record(number) ?? {};
  return Math.min(width, height) || Infinity;
}

type Condition = (number: number) => boolean;

function conditionOf(set: BrowsedSet, { search, word, className, only }: Conditions): Condition {
  const text = search.trim().toLowerCase();
  const words = word === null ? null : readableWords(word);
  const conditions: Condition[] = [
    (number) => set.isRemoved(number) === (only === 'removed'),
    ...(only === 'enlarged' ? [(number: number) => sourceEdge(set, number) < set.size] : []),
  ];
  if (only === 'without-caption' || text !== '' || word !== null || className !== null)
    conditions.push((number) => {
      const { name, caption, className: its } = set.texts(number);
      if (only === 'without-caption' && caption !== '') return false;
      if (className !== null && its !== className) return false;
      if (words && !caption.split('\n').some((line) => hasWords(line, words))) return false;
      return text === '' || caption.toLowerCase().includes(text) || name.toLowerCase().includes(text);
    });
  return (number) => conditions.every((meets) => meets(number));
}

/** Whether a caption has these words one behind the other, as an edit of them finds them. */
function hasWords(line: string, words: readonly string[]): boolean {
  if (words.length === 0) return false;
  const there = readableWords(line);
  return there.some((_, at) => words.every((word, i) => there[at + i] === word));
}
