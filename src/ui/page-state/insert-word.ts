// Completing a prompt by the words that a model knows: the word at the caret, which words go on from it, and
// the prompt with one of them put in. Not here: the field and its buttons (generate/prompt-fields.tsx).
import type { KnownWord } from '../../trainer/api.ts';

/** A letter, a digit, or what stands inside of words. */
const IN_WORD = /[\p{L}\p{N}\p{M}'’-]/u;

/** Where the word begins that ends at the caret; the caret itself behind anything else. */
function beginOfWord(text: string, caret: number): number {
  let begin = caret;
  while (begin > 0 && IN_WORD.test(text[begin - 1] ?? '')) begin -= 1;
  return begin;
}

/** Where the line begins and ends in which the caret stands: one prompt of several. */
export function lineAt(text: string, caret: number): { begin: number; end: number } {
  const end = text.indexOf('\n', caret);
  const begin = caret > 0 ? text.lastIndexOf('\n', caret - 1) + 1 : 0;
  return { begin, end: end < 0 ? text.length : end };
}

/**
 * At most `most` words: those that go on from the word at the caret; where there are none, or that word is a
 * whole one, also those that its line has not yet. Each in the order of `vocabulary`. `caret`: a place in the
 * text, 0 its start.
 */
export function wordsToOffer(
  text: string,
  caret: number,
  vocabulary: readonly KnownWord[],
  most: number,
): string[] {
  const typed = text.slice(beginOfWord(text, caret), caret).toLowerCase();
  const all = vocabulary.map(({ word }) => word);
  const goingOn = typed === '' ? [] : all.filter((word) => word.startsWith(typed) && word !== typed);
  if (goingOn.length > 0 && !all.includes(typed)) return goingOn.slice(0, most);
  const { begin, end } = lineAt(text, caret);
  const lower = ` ${text
    .slice(begin, end)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}'’-]+/gu, ' ')} `;
  const others = all.filter((word) => !lower.includes(` ${word} `) && !goingOn.includes(word));
  return [...goingOn, ...others].slice(0, most);
}

/**
 * The text with `word` at the caret, in the place of the word that it goes on from, and the caret behind it.
 * Words are kept apart by one space.
 */
export function insertWord(text: string, caret: number, word: string): { text: string; caret: number } {
  const begin = beginOfWord(text, caret);
  const typed = text.slice(begin, caret).toLowerCase();
  const kept = text.slice(0, word.startsWith(typed) ? begin : caret);
  const before = kept === '' || /\s$/u.test(kept) ? kept : `${kept} `;
  const after = text.slice(caret);
  const upTo = `${before}${word}`;
  if (after === '') return { text: `${upTo} `, caret: upTo.length + 1 };
  const gap = /^[\s.,;:!?]/u.test(after) ? '' : ' ';
  return { text: `${upTo}${gap}${after}`, caret: upTo.length + gap.length };
}
