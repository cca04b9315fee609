// Claims: texts are normalised as Rust does it (Unicode's tables, by code point) and cut as CLIP's pattern
// says. Whole texts against CLIPTokenizerFast: tokenizer.test.ts.
import { describe, expect, it } from 'vitest';
import { randomWords, STREAMS } from '../../src/random.ts';
import { composed } from '../../src/text/composed.ts';
import { normalise, wordsOf } from '../../src/text/words.ts';

describe('a text', () => {
  it('is lowered code point by code point', () => {
    // JavaScript lowers the whole word to "ὀδυσσεύς", with another letter at its end.
    expect(normalise('ὈΔΥΣΣΕΎΣ')).toBe('ὀδυσσεύσ');
    // Turkish: a dot above stays as a combining mark, without regard to any locale.
    expect(normalise('İstanbul IŞIK ı')).toBe('i\u0307stanbul işik ı');
    expect(normalise('ǅ ẞ K Å ﬁ Ⅳ')).toBe('ǆ ß k å ﬁ ⅳ');
  });

  it('is composed before', () => {
    expect(normalise('e\u0301 E\u0301 a\u0323\u0302 \u1112\u1161\u11ab')).toBe('é é ậ 한');
    expect(normalise('\u0958')).toBe('\u0915\u093c');
  });

  it('has one space for each run of white space, which is that of Unicode', () => {
    expect(normalise('a \t\n\u0085\u00a0\u1680\u2003\u2028\u2029\u202f\u205f\u3000b')).toBe('a b');
    // JavaScript's \s has U+FEFF, Unicode's White_Space has not; controls, joiners, bidi marks are none.
    for (const other of ['\ufeff', '\u200b', '\u200d', '\u180e', '\u0000', '\u001c', '\u202e', '\u2066'])
      expect(normalise(`a${other}b`)).toBe(`a${other}b`);
  });

  it('has U+FFFD for an unpaired surrogate', () => {
    expect(normalise('a\ud83d b\udc00c 🌍')).toBe('a\ufffd b\ufffdc 🌍');
  });
});

describe('many marks on one letter', () => {
  it('are put in order as the engine does it, in linear time', () => {
    const marks: string[] = [];
    for (let code = 0; code < 0x1e900; code++) {
      const mark = String.fromCodePoint(code);
      if (/\p{M}/u.test(mark)) marks.push(mark);
    }
    const draws = randomWords(1, 0, STREAMS.drawing, 20_000);
    for (let at = 0; at < draws.length; at += 1000) {
      // Of all marks, then of few, with U+0344 that decomposes and U+0903 that stays in its place.
      const among = at % 2000 === 0 ? marks : ['\u0301', '\u0323', '\u0345', '\u0344', '\u0327', '\u0903'];
      const run = [...draws.subarray(at, at + 1000)].map((draw) => among[draw % among.length]);
      for (const text of [`a${run.join('')}b`, `ậ${run.slice(0, 100).join('')}`, run.join('')])
        expect(composed(text)).toBe(text.normalize('NFC'));
    }
    expect(composed(`a${'\u0301\u0323'.repeat(100_000)}`)).toHaveLength(200_000);
  });
});

describe('words', () => {
  it('are contractions, runs of letters, digits one by one, runs of the rest', () => {
    expect(wordsOf("It's 2024: we'll see, you'D've gone... (don't!)")).toEqual([
      ...['it', "'s", '2', '0', '2', '4', ':', 'we', "'ll", 'see', ',', 'you', "'d", "'ve", 'gone', '...'],
      ...['(', 'don', "'t", '!)'],
    ]);
  });

  it('end at combining marks, as CLIP’s do', () => {
    expect(wordsOf('हिन्दी q\u0323x')).toEqual(['ह', 'ि', 'न', '्', 'द', 'ी', 'q', '\u0323', 'x']);
    expect(wordsOf('👩‍🚀🌍 ½Ⅳ²')).toEqual(['👩‍🚀🌍', '½', 'ⅳ', '²']);
  });

  it('leave out the special tokens as CLIPTokenizer finds them, and make none', () => {
    expect(wordsOf('a<|endoftext|>b <|StartOfText|> c')).toEqual(['a', 'b', 'c']);
    expect(wordsOf('<|EndOfText|>')).toEqual(['<|', 'endoftext', '|>']);
    expect(wordsOf('<|endof<|endoftext|>text|>')).toEqual(['<|', 'endof', 'text', '|>']);
    expect(wordsOf('<|startof<|startoftext|>text|>')).toEqual(['<|', 'startof', 'text', '|>']);
  });

  it('are none of an empty text', () => {
    expect(wordsOf('')).toEqual([]);
    expect(wordsOf(' \u3000\n')).toEqual([]);
  });
});
