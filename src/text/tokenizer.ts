// Texts to ids, exactly as CLIPTokenizer of transformers does it with the same vocabulary. Not here: words
// (words.ts), the order of merges (merge-word.ts), files (tokenizer-folder.ts).
import { ALPHABET, lettersOf } from './byte-letters.ts';
import { mergeWord, type PairTable } from './merge-word.ts';
import { pairOf } from './pair.ts';
import type { Vocabulary } from './vocabulary.ts';
import { BEGIN, END, wordsOf } from './words.ts';

/** A vocabulary in use. */
export interface Tokenizer {
  vocabulary: Vocabulary;
  /** Id of `<|startoftext|>`, with which every prompt begins. */
  begin: number;
  /** Id of `<|endoftext|>`, which ends every prompt. */
  end: number;
  /** Id that fills up every prompt: `end`, where the vocabulary names no other. */
  pad: number;
  /** Ids of the text's words, without begin and end: all, or the first `most`. In O(n log n). */
  idsOf: (text: string, most?: number) => number[];
}

/** Words whose ids are remembered; then all are forgotten: few texts have so many. */
const REMEMBERED_WORDS = 20_000;
/** Longer words, in UTF-16 units, are not remembered. */
const LONGEST_REMEMBERED = 64;

/** The tokenizer of a vocabulary, which is sound (see `soundVocabulary`). */
export function tokenizerOf(vocabulary: Vocabulary): Tokenizer {
  const ids = new Map(vocabulary.names.map((name, id) => [name, id]));
  const idOf = (name: string): number => ids.get(name) as number;
  const letters = ALPHABET.map(idOf);
  const pairs = pairTable(vocabulary, idOf);
  const remembered = new Map<string, readonly number[]>();
  const idsOfWord = (word: string): readonly number[] => {
    const known = remembered.get(word);
    if (known) return known;
    const made = mergeWord(
      lettersOf(word).map((place) => letters[place] as number),
      pairs,
    );
    if (word.length > LONGEST_REMEMBERED) return made;
    if (remembered.size === REMEMBERED_WORDS) remembered.clear();
    remembered.set(word, made);
    return made;
  };
  const addWords = (text: string, most: number, found: number[]): void => {
    for (const word of wordsOf(text)) {
      if (found.length >= most) break;
      for (const id of idsOfWord(word)) found.push(id);
    }
  };
  const pad = idOf(vocabulary.pad ?? END);
  return {
    vocabulary,
    begin: idOf(BEGIN),
    end: idOf(END),
    pad,
    idsOf: (text, most = Infinity) => {
      const found: number[] = [];
      // CLIPTokenizer cuts out its special tokens before it looks for words.
      const between = vocabulary.pad === undefined ? [text] : text.split(vocabulary.pad);
      for (const [i, part] of between.entries()) {
        if (found.length >= most) break;
        if (i > 0) found.push(pad);
        addWords(part, most, found);
      }
      return found.slice(0, most);
    },
  };
}

function pairTable({ merges }: Vocabulary, idOf: (name: string) => number): PairTable {
  return {
    // Of a pair that is listed twice the last rank holds, as in Rust.
    ranks: new Map(merges.map(([left, right], rank) => [pairOf(idOf(left), idOf(right)), rank])),
    made: merges.map(([left, right]) => idOf(left + right)),
  };
}

/**
 * Prompts as the network takes them: [texts.length, length] ids, each begin, the words' ids, end, and pad up
 * to `length` (from 2). What is longer is cut, and still ends with end. An empty text is begin, end, pad: the
 * prompt of a dropped caption. Whole numbers in float32, which hold them exactly below 2^24.
 */
export function encodePrompts(
  { begin, end, pad, idsOf }: Tokenizer,
  texts: readonly string[],
  length: number,
): Float32Array<ArrayBuffer> {
  const ids = new Float32Array(texts.length * length).fill(pad);
  for (const [i, text] of texts.entries()) ids.set([begin, ...idsOf(text, length - 2), end], i * length);
  return ids;
}
