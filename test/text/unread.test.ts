// What a text encoder does not see of a prompt: counted in tokens of its own tokenizer, not in words.
import { expect, test } from 'vitest';
import { encodePrompts, tokenizerOf } from '../../src/text/tokenizer.ts';
import { trainVocabulary } from '../../src/text/train-vocabulary.ts';
import { unreadOf } from '../../src/text/unread.ts';

const TEXT = 'a red circle on a dark background';
const tokenizer = tokenizerOf(
  trainVocabulary(
    TEXT.split(' ').map((word) => [word, 10]),
    1024,
  ),
);

test('words of the captions are a token each, and what is beyond the last one read is told', () => {
  expect(tokenizer.idsOf(TEXT)).toHaveLength(7);
  expect(unreadOf(tokenizer, TEXT, 7)).toBe('');
  expect(unreadOf(tokenizer, `  ${TEXT.toUpperCase()}\n`, 7)).toBe('');
  expect(unreadOf(tokenizer, TEXT, 5)).toBe('dark background');
});

test('a word that no caption has takes several, and is left out where it is not read whole', () => {
  const { length } = tokenizer.idsOf('zebra');
  expect(length).toBeGreaterThan(1);
  expect(unreadOf(tokenizer, 'a zebra on', length + 1)).toBe('on');
  expect(unreadOf(tokenizer, 'a zebra on', length)).toBe('zebra on');
});

test('what is left out changes no id, what is read does', () => {
  const text = 'a red zebra!! 12 dark circles';
  const length = 12;
  const unread = unreadOf(tokenizer, text, length - 2);
  expect(unread).not.toBe('');
  const kept = text.slice(0, text.length - unread.length);
  expect(unreadOf(tokenizer, kept, length - 2)).toBe('');
  const [whole, cut] = [text, kept].map((one) => encodePrompts(tokenizer, [one], length));
  const read = tokenizer.idsOf(kept).length;
  expect(cut?.subarray(0, read + 1)).toEqual(whole?.subarray(0, read + 1));
});

test('a text of nothing, and of 100,000 letters', () => {
  expect(unreadOf(tokenizer, '', 14)).toBe('');
  expect(unreadOf(tokenizer, 'q'.repeat(100_000), 14)).toBe('q'.repeat(100_000));
});
