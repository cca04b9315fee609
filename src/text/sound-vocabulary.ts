// Whether a vocabulary that a file brings is one of CLIP's kind: every byte has its letter, every merge makes
// a token that is there. Not here: the file's other fields (read-tokenizer.ts).
import { FaultError, shownJson } from '../fault.ts';
import { ALPHABET } from './byte-letters.ts';
import type { Merge, Vocabulary } from './vocabulary.ts';
import { BEGIN, END } from './words.ts';

/** More than any published vocabulary has; ids are exact in float32, and two of them in a double. */
const MOST_ENTRIES = 2 ** 20;

/** The fault of a field that is not as in CLIP's tokenizers. */
export const notClip = (field: string, expected: string, got: unknown): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'The tokenizer is not of CLIP’s kind',
    what: `With another ${field}, words would become other ids than the text encoder learnt. Nothing was changed.`,
    expected: `${field}: ${expected}`,
    got: shownJson(got),
    todo: ['Choose the tokenizer folder of a CLIP text encoder.'],
  });

/**
 * The vocabulary of these ids and merges, in any order of ids. `ids`: what JSON gave. Throws FaultError of
 * kind `file` naming the field where ids are not 0..V - 1, each once, with V at most 2^20; where a byte's
 * letter or a special token is missing; where a merge's parts or its result are. `pad`: the token that fills
 * up prompts, which gets the next id where it has none; null: the end's.
 */
export function soundVocabulary(
  ids: readonly (readonly [string, unknown])[],
  merges: readonly Merge[],
  pad: string | null,
): Vocabulary {
  if (ids.length > MOST_ENTRIES) throw notClip('vocab', `at most ${MOST_ENTRIES} entries`, ids.length);
  const names: (string | undefined)[] = Array.from({ length: ids.length });
  for (const [name, id] of ids) {
    const isFree = Number.isInteger(id) && (id as number) in names && names[id as number] === undefined;
    if (!isFree) throw notClip('vocab', `ids 0 to ${ids.length - 1}, each once`, { [name]: id });
    names[id as number] = name;
  }
  const known = new Set(names);
  for (const name of [...ALPHABET, BEGIN, END])
    if (!known.has(name)) throw notClip('vocab', 'all bytes and both special tokens', `no ${name}`);
  if (merges.length > MOST_ENTRIES) throw notClip('merges', `at most ${MOST_ENTRIES}`, merges.length);
  for (const [left, right] of merges)
    if (!known.has(left) || !known.has(right) || !known.has(left + right))
      throw notClip('merges', 'two tokens of vocab that make one of vocab', [left, right]);
  if (pad === null || pad === END) return { names: names as string[], merges };
  return { names: [...(names as string[]), ...(known.has(pad) ? [] : [pad])], merges, pad };
}
