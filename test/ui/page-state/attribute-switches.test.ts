// A prompt is read as choices only where it says the captions' sentence whole; another choice changes its own
// place and nothing else; another sentence becomes that one.
import { expect, test } from 'vitest';
import { choicesIn, withChoice } from '../../../src/ui/page-state/attribute-switches.ts';

const TEMPLATE = [
  ['a red', 'an orange'],
  ['ring', 'circle'],
  ['', 'with a moon', 'with a moon and a ring'],
  'on a',
  ['dark', 'dark blue'],
  'background',
];

test('choices of a prompt, whatever its case and spaces', () => {
  expect(choicesIn(TEMPLATE, 'an orange ring on a dark background')).toEqual([1, 0, 0, null, 0, null]);
  expect(choicesIn(TEMPLATE, ' A  RED circle with a moon and a ring\ton a dark blue background ')).toEqual([
    ...[0, 1, 2],
    ...[null, 1, null],
  ]);
});

test.each([
  '',
  'a red',
  'a red ring on a dark',
  'a red ring on a dark background!',
  'a orange ring on a dark background',
])('no choices in %j', (prompt) => expect(choicesIn(TEMPLATE, prompt)).toBeNull());

test('another choice changes its place, and leaves out what it leaves out', () => {
  const prompt = 'an orange circle with a moon on a dark blue background';
  expect(withChoice(TEMPLATE, prompt, 1, 0)).toBe('an orange ring with a moon on a dark blue background');
  expect(withChoice(TEMPLATE, prompt, 2, 0)).toBe('an orange circle on a dark blue background');
  expect(choicesIn(TEMPLATE, withChoice(TEMPLATE, prompt, 4, 0))).toEqual([1, 1, 1, null, 0, null]);
});

test('of another sentence the choice stands among the most frequent alternatives', () => {
  expect(withChoice(TEMPLATE, 'a house', 4, 1)).toBe('a red ring on a dark blue background');
});

test('a prompt of 100,000 letters is another sentence', () => {
  expect(choicesIn(TEMPLATE, 'a red '.repeat(16_000))).toBeNull();
});
