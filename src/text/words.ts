// A text as CLIP sees it: normalised, then cut into words, as by the normalizer and the pre_tokenizer of
// CLIPTokenizer (transformers 5.24). Not here: words to ids (tokenizer.ts).
import { composed } from './composed.ts';

/** The text of the first token of every prompt. */
export const BEGIN = '<|startoftext|>';
/** The text of the token that ends and fills up every prompt. */
export const END = '<|endoftext|>';

/** ASCII without control characters, which needs no Unicode rules. */
const PLAIN = /^[ -~]*$/;
const SPACES = /\p{White_Space}+/gu;
const UNPAIRED = /\p{Cs}/gu;

/** Contractions, runs of letters, single digits, runs of all else that is no white space. */
const WORDS = /'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+/gu;

/**
 * The text composed (NFC), with one space for each run of white space, in lower case. Each code point is
 * lowered alone, as in Rust: JavaScript lowers a final capital sigma of a whole text to another letter.
 * An unpaired surrogate, which no file of text can hold, becomes U+FFFD.
 */
export function normalise(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase().replace(/ +/g, ' ');
  const spaced = composed(text.replace(UNPAIRED, '\ufffd')).replace(SPACES, ' ');
  return Array.from(spaced, (character) => character.toLowerCase()).join('');
}

/**
 * The words of a text, in order; together they are the normalised text without white space. The tokens
 * `<|startoftext|>` (in any case) and `<|endoftext|>` (in lower case) are left out where the text has them:
 * CLIPTokenizer would read them as the beginning and the end of a prompt.
 */
export function wordsOf(text: string): string[] {
  // A space in their place, so that what stands around one makes no new one.
  const normalised = normalise(text.replaceAll(END, ' ')).replaceAll(BEGIN, ' ');
  return normalised.match(WORDS) ?? [];
}
