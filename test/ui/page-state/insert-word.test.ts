// What is typed is completed by the captions' most frequent words, and a whole word is followed by others; a
// chosen word takes the place of what was typed of it, and one space stands between words.
import { expect, test } from 'vitest';
import { insertWord, lineAt, wordsToOffer } from '../../../src/ui/page-state/insert-word.ts';

const VOCABULARY = ['a', 'red', 'circle', 'round', 'midnight-blue', 'circles'].map((word) => ({
  word,
  times: 1,
}));
const offered = (text: string, caret = text.length): string[] => wordsToOffer(text, caret, VOCABULARY, 3);

test('words that go on from the word at the caret, else those that the line has not yet', () => {
  expect(offered('a r')).toEqual(['red', 'round']);
  expect(offered('A R')).toEqual(['red', 'round']);
  expect(offered('midnight-b')).toEqual(['midnight-blue']);
  expect(offered('')).toEqual(['a', 'red', 'circle']);
  expect(offered('a red ')).toEqual(['circle', 'round', 'midnight-blue']);
  expect(offered('a xyz')).toEqual(['red', 'circle', 'round']);
  expect(offered('a red circle\n')).toEqual(['a', 'red', 'circle']);
  expect(offered('ro circle', 2)).toEqual(['round']);
  expect(offered('a circle')).toEqual(['circles', 'red', 'round']);
});

test('the line of the caret, also of an empty first one', () => {
  const lines = [0, 1, 4, 5].map((caret) => lineAt('\nred\n', caret));
  expect(lines).toEqual([
    { begin: 0, end: 0 },
    { begin: 1, end: 4 },
    { begin: 1, end: 4 },
    { begin: 5, end: 5 },
  ]);
});

test.each([
  ['', 0, 'red', 'red |'],
  ['a r', 3, 'red', 'a red |'],
  ['a', 1, 'red', 'a red |'],
  ['a r circle', 3, 'red', 'a red| circle'],
  ['a circle', 2, 'red', 'a red |circle'],
  ['a ci\nb', 4, 'circle', 'a circle|\nb'],
])('%j at %i with %s', (text, caret, word, expected) => {
  const put = insertWord(text, caret, word);
  expect(`${put.text.slice(0, put.caret)}|${put.text.slice(put.caret)}`).toBe(expected);
});
