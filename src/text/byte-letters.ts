// The 256 bytes as printable letters, in which byte-level vocabularies are written down: GPT-2's
// `bytes_to_unicode`, the same in CLIP. Not here: which bytes belong together (train-vocabulary.ts,
// merge-word.ts).

/** Bytes that stand for themselves, first and last of each range; no white space, no soft hyphen (173). */
const THEMSELVES: readonly (readonly [number, number])[] = [
  [33, 126],
  [161, 172],
  [174, 255],
];

const isItself = (byte: number): boolean => THEMSELVES.some(([first, last]) => byte >= first && byte <= last);

const ALL = Array.from({ length: 256 }, (_, byte) => byte);
const OTHERS = ALL.filter((byte) => !isItself(byte));

/** Bytes in the order of a vocabulary: the one with id i, 0..255, is BYTES_BY_ID[i]. */
const BYTES_BY_ID: readonly number[] = [...ALL.filter(isItself), ...OTHERS];

/** The letter of each byte: U+0021..U+00FF for those that stand for themselves, U+0100 + n for the others. */
const BYTE_LETTERS: readonly string[] = ALL.map((byte) =>
  String.fromCharCode(isItself(byte) ? byte : 256 + OTHERS.indexOf(byte)),
);

/** What CLIP's vocabularies put behind the last letter of a word. */
const END_OF_WORD = '</w>';

/** Names of the ids 0..511 of every vocabulary of CLIP's kind: the bytes, then the bytes that end a word. */
export const ALPHABET: readonly string[] = ['', END_OF_WORD].flatMap((end) =>
  BYTES_BY_ID.map((byte) => (BYTE_LETTERS[byte] as string) + end),
);

const PLACE_OF_BYTE: readonly number[] = ALL.map((byte) => BYTES_BY_ID.indexOf(byte));
const encoder = new TextEncoder();

/** Places in ALPHABET of the word's UTF-8 bytes, the last one among those that end a word. */
export function lettersOf(word: string): number[] {
  const bytes = encoder.encode(word);
  return Array.from(bytes, (byte, i) => {
    const place = PLACE_OF_BYTE[byte] as number;
    return i === bytes.length - 1 ? place + ALL.length : place;
  });
}
