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

/** The words of all captions, the most frequent first, then by code units; at most 200,000 different ones. */
export function wordsByFrequency(captions: Iterable<string>): FrequentWord[] {
  const counter = new WordCounter();
  for (const caption of captions) counter.add(normalise(caption).match(READABLE) ?? []);
  return counter.mostFrequent().map(([word, times]) => ({ word, times }));
}
