// Whatever is typed or pasted, a prompt is one line of at most 1,000 whole characters, and cleaning it again
// changes nothing: a checkpoint keeps prompts, and cleans what it reads.
import { expect, test } from 'vitest';
import { cleanPrompt, promptsInLines } from '../../src/settings/clean-prompt.ts';

test.each([
  ['  a red\n circle\t on\u00a0black ', 'a red circle on black'],
  ['', ''],
  [' \u0000\u001b\u200b ', '\u200b'],
  ['a \u0001 red \u202e\u0000 circle\n\u2069\n', 'a red circle'],
  // U+202E would turn the rest of the line around.
  ['a \u202ered\u2066 circle\u2069', 'a red circle'],
  ['half a pair \ud83d, a whole one \ud83d\ude00', 'half a pair \ufffd, a whole one 😀'],
  ['<b>bold</b> <|endoftext|>', '<b>bold</b> <|endoftext|>'],
])('%j', (text, clean) => {
  expect(cleanPrompt(text)).toBe(clean);
  expect(cleanPrompt(clean)).toBe(clean);
});

test('100,000 characters become 1,000 code points, none of them half', () => {
  const clean = cleanPrompt('😀'.repeat(100_000));
  expect(Array.from(clean)).toHaveLength(1000);
  expect(clean).toBe('😀'.repeat(1000));
  expect(cleanPrompt(`${' '.repeat(100_000)}late`)).toBe('late');
});

test('prompts one on each line: cleaned, without empty lines, and no more than asked for', () => {
  expect(promptsInLines('a\r\n\n  b \rc\u2028d\n', 9)).toEqual(['a', 'b', 'c', 'd']);
  expect(promptsInLines('x\n'.repeat(100_000), 65)).toHaveLength(65);
});
