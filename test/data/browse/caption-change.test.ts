// Claims: what an edit makes of captions: every line of them, words in letters of either case and whole, no
// comma left where nothing is parted, and clean as an import cleans.
import { describe, expect, it } from 'vitest';
import { captionChange } from '../../../src/data/browse/caption-change.ts';
import type { CaptionEdit } from '../../../src/data/browse-api.ts';

const changed = (edit: CaptionEdit, caption: string): string => captionChange(edit)(caption);

describe('an edit of captions', () => {
  it('sets them, clean and without empty lines', () => {
    const caption = '  a \u202Ecat \r\n\n\tand a dog ';
    expect(changed({ kind: 'set', caption }, 'before')).toBe('a cat\nand a dog');
    expect(changed({ kind: 'set', caption: ' \n' }, 'before')).toBe('');
  });

  it.each([
    ['sks', 'a dog', 'sks a dog'],
    ['sks, ', 'a dog\na hound', 'sks, a dog\nsks, a hound'],
    ['sks', '', 'sks'],
    [' ', 'a dog', 'a dog'],
  ])('puts %j before %j', (text, caption, expected) => {
    expect(changed({ kind: 'prefix', text }, caption)).toBe(expected);
  });

  it.each([
    ['in oil', 'a dog', 'a dog in oil'],
    [', in oil', 'a dog\na hound', 'a dog, in oil\na hound, in oil'],
    ['in oil', '', 'in oil'],
  ])('puts %j behind %j', (text, caption, expected) => {
    expect(changed({ kind: 'suffix', text }, caption)).toBe(expected);
  });

  it.each([
    ['red', 'a dog', 'a dog red'],
    ['red', 'dog, grass', 'dog, grass, red'],
    ['red', '', 'red'],
    ['red', 'a Red dog\na blue one', 'a Red dog\na blue one red'],
    ['blue eyes', 'blue, eyes apart', 'blue, eyes apart'],
  ])('adds the word %j to %j where it is not there', (word, caption, expected) => {
    expect(changed({ kind: 'add-word', word }, caption)).toBe(expected);
  });

  it.each([
    ['red', 'a red dog, red all over', 'a dog, all over'],
    ['red', 'Red, dog', 'dog'],
    ['red', 'dog, RED', 'dog'],
    ['red', 'dog, red, grass', 'dog, grass'],
    ['red', 'red', ''],
    ['red', 'a bored, red-haired dog. red.', 'a bored, red-haired dog..'],
    ['blue eyes', 'a cat with blue eyes, asleep', 'a cat with, asleep'],
    ['über', 'ÜBER den Wolken', 'den Wolken'],
    ['i̇stanbul', 'İstanbul at night', 'at night'],
    ['?!', 'what ?! now', 'what ?! now'],
  ])('removes the word %j from %j', (word, caption, expected) => {
    expect(changed({ kind: 'remove-word', word }, caption)).toBe(expected);
  });

  it.each([
    ['dog', 'hound', 'a Dog and a dog\nno doggy', 'a hound and a hound\nno doggy'],
    ['dog', ' ', 'a dog, here', 'a, here'],
    ['dog', '$& $1', 'a dog', 'a $& $1'],
    ['Hund', 'dog', 'hunde und hund', 'hunde und dog'],
  ])('replaces the word %j by %j in %j', (word, by, caption, expected) => {
    expect(changed({ kind: 'replace-word', word, by }, caption)).toBe(expected);
  });

  it('leaves captions as they are that it does not concern, even where they are not clean', () => {
    const caption = 'two  spaces\nand a line';
    expect(changed({ kind: 'remove-word', word: 'cat' }, caption)).toBe(caption);
  });
});
