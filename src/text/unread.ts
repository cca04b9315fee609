// What of a prompt a text encoder never sees, because it reads only so many tokens. Not here: tokens
// (tokenizer.ts), what is said of it on the page.
import type { Tokenizer } from './tokenizer.ts';
import { wordsOf } from './words.ts';

/**
 * The words of a text that are not whole among its first `most` ids, with spaces between, as the tokenizer
 * sees them; empty where all are.
 */
export function unreadOf({ idsOf }: Pick<Tokenizer, 'idsOf'>, text: string, most: number): string {
  const words = wordsOf(text);
  let ids = 0;
  const first = words.findIndex((word) => (ids += idsOf(word).length) > most);
  return first < 0 ? '' : words.slice(first).join(' ');
}
