// The words that captions are made of, as people write them: what a prompt may say. Not here: tokens, whose
// words are cut by another rule (words.ts).
import { WordCounter } from './word-counter.ts';
import { normalise } from './words.ts';

/** A run of letters and digits, marks on them included; hyphens and apostrophes only inside. */
const READABLE = /[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:['’-][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*/gu;

/** A word in lower case, and how often all captions say it. */
export interface FrequentWord {
  word: string;
  times: number;
}

/** The words of a caption in lower case, in order. */
export const readableWords = (caption: string): readonly string[] => normalise(caption).match(READABLE) ?? [];

/** The same with where they stand in the text as it is, from `at` up to `end`. */
export const placesOfWords = (caption: string): { word: string; at: number; end: number }[] =>
  Array.from(caption.matchAll(READABLE), ({ 0: found, index }) => ({
    ...{ word: normalise(found), at: index, end: index + found.length },
  }));

/** The words of all captions, the most frequent first, then by code units; at most 200,000 different ones. */
export function wordsByFrequency(captions: Iterable<string>): FrequentWord[] {
  const counter = new WordCounter();
  for (const caption of captions) counter.add(readableWords(caption));
  return counter.mostFrequent().map(([word, times]) => ({ word, times }));
}
