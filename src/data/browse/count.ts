// How many pictures have each word of the captions, and each class. Not here: which pictures are counted
// (find.ts).
import { readableWords } from '../../text/caption-words.ts';
import { WordCounter } from '../../text/word-counter.ts';
import type { ClassCount, WordCount } from '../browse-api.ts';
import type { BrowsedSet } from './browsed-set.ts';
import type { Pause } from './find.ts';

/** Most words that are told. */
const MOST_WORDS = 500;
const AT_ONCE = 10_000;

/** The words of the captions of these pictures with the number of pictures, the most frequent first. */
export async function countWords(set: BrowsedSet, numbers: Uint32Array, pause: Pause): Promise<WordCount[]> {
  const counter = new WordCounter();
  for (const [i, number] of numbers.entries()) {
    counter.add(new Set(readableWords(set.texts(number).caption)));
    if (i % AT_ONCE === AT_ONCE - 1) await pause();
  }
  return counter
    .mostFrequent()
    .slice(0, MOST_WORDS)
    .map(([word, times]) => ({ word, times }));
}

/** The classes of these pictures, the most frequent first; none where no picture has one. */
export async function countClasses(
  set: BrowsedSet,
  numbers: Uint32Array,
  pause: Pause,
): Promise<ClassCount[]> {
  const counts = new Map<string, number>();
  for (const [i, number] of numbers.entries()) {
    const { className } = set.texts(number);
    counts.set(className, (counts.get(className) ?? 0) + 1);
    if (i % AT_ONCE === AT_ONCE - 1) await pause();
  }
  if (counts.size === 1 && counts.has('')) return [];
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
