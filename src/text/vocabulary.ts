// A vocabulary of CLIP's kind, as values: what each id means, and which pairs make one. Not here: how it is
// trained (train-vocabulary.ts), used (tokenizer.ts), or written down (tokenizer-folder.ts).
import { ALPHABET } from './byte-letters.ts';
import { BEGIN, END } from './words.ts';

/** A vocabulary; all names are in byte letters (byte-letters.ts) but those of the two special tokens. */
export interface Vocabulary {
  /** [V]: what each id stands for. Those of our own: the alphabet, the merges by rank, begin, end. */
  names: readonly string[];
  /** Two names that become the one name that they spell, the most urgent pair first. */
  merges: readonly Merge[];
  /** The name that fills up short prompts; it is one token wherever a text has it. Absent: the end's. */
  pad?: string;
}

/** Left and right. */
export type Merge = readonly [string, string];

/** Entries of a vocabulary without any merge: 512 letters and two special tokens. */
export const LEAST_ENTRIES = ALPHABET.length + 2;

/** The vocabulary that these merges make, in CLIP's order of ids. Each makes a name that was not there. */
export const vocabularyOf = (merges: readonly Merge[]): Vocabulary => ({
  names: [...ALPHABET, ...merges.map(([left, right]) => left + right), BEGIN, END],
  merges,
});
