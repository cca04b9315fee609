// What every tokenizer.json of CLIP's kind says beside its vocabulary, as transformers writes it. Not here:
// the same rules carried out (words.ts, merge-word.ts), reading (read-tokenizer.ts).

/** Composed, one space for white space, lower case. */
export const NORMALIZER = {
  type: 'Sequence',
  normalizers: [
    { type: 'NFC' },
    { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
    { type: 'Lowercase' },
  ],
};

/** The pattern that cuts words. */
export const WORD_PATTERN = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

/** The same as some files have it: the special tokens, which are cut out before, are named once more. */
export const WORD_PATTERN_WITH_SPECIALS = `<\\|startoftext\\|>|<\\|endoftext\\|>|${WORD_PATTERN}`;

/** The rule that cuts words by a pattern and drops what is between them. */
export const splitBy = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Removed',
  invert: true,
});

/** Fields of `model` that decide which ids come out. */
export const MODEL = { type: 'BPE', end_of_word_suffix: '</w>' };
