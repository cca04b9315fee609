// Claims: what captions are worth is said in sentences that fit their numbers; a prompt is marked as new only
// where no picture has it, as the user's where it was not drawn; a sample's name has its prompt.
import { expect, test } from 'vitest';
import type { CaptionFacts } from '../../../src/trainer/api.ts';
import {
  captionedText,
  captionsLacking,
  flippedSides,
  markOf,
  sampleName,
  teachesNothing,
} from '../../../src/ui/page-state/prompt-text.ts';

const facts: CaptionFacts = {
  prompts: [
    { text: 'a red circle', isCaption: true },
    { text: 'a red ring', isCaption: false },
    { text: '', isCaption: false },
  ],
  vocabulary: [],
  ...{ pictures: 1, captioned: 1, teaches: 'something', sides: 0 },
};

test('how many pictures have a caption', () => {
  const said = (captioned: number, pictures: number) => captionedText({ captioned, pictures });
  expect(said(4096, 4096)).toBe('Each of the 4,096 pictures has a caption.');
  expect(said(1, 4096)).toBe('1 of 4,096 pictures has a caption; the others are learnt without words.');
  expect(said(12, 4096)).toBe('12 of 4,096 pictures have a caption; the others are learnt without words.');
  expect(said(1, 2)).toBe('1 of 2 pictures has a caption; the other is learnt without words.');
  expect(said(0, 7)).toBe('No picture has a caption.');
  expect(said(1, 1)).toBe('The picture has a caption.');
  expect(said(0, 1)).toBe('The picture has no caption.');
});

test('captions that teach nothing, and flips that make them wrong', () => {
  expect(teachesNothing({ teaches: 'something' })).toBeNull();
  for (const teaches of ['missing', 'same'] as const)
    expect(teachesNothing({ teaches })).toContain('the model will learn the pictures, but no words');
  expect(flippedSides({ sides: 2 }, { randomFlip: false })).toBeNull();
  expect(flippedSides({ sides: 0 }, { randomFlip: true })).toBeNull();
  expect(flippedSides({ sides: 1 }, { randomFlip: true })).toMatch(/^1 caption speaks of left or right/);
  expect(flippedSides({ sides: 1200 }, { randomFlip: true })).toMatch(/^1,200 captions speak /);
});

test('what an imported model with words lacks in the captions of the chosen pictures', () => {
  const many = { pictures: 12, captioned: 12, teaches: 'something' } as const;
  expect(captionsLacking(many, { captions: true })).toBeNull();
  expect(captionsLacking({ ...many, captioned: 5 }, { captions: true })).toMatch(/^5 of 12 pictures have/);
  expect(captionsLacking({ ...many, captioned: 0, teaches: 'missing' }, { captions: false })).toBe(
    'No picture has a caption. Without captions the model will learn the pictures, but no words.',
  );
  expect(captionsLacking({ ...many, teaches: 'same' }, { captions: true })).toContain(
    'All captions say the same',
  );
  // Not read: a run is open, or they are being read.
  expect(captionsLacking(null, { captions: false })).toMatch(/^Without captions/);
  expect(captionsLacking(null, { captions: true })).toBeNull();
  expect(captionsLacking(null, undefined)).toBeNull();
});

test('new where no picture has the words, yours where it was not drawn', () => {
  expect(facts.prompts.map(({ text }) => markOf(text, facts))).toEqual([null, 'new', null]);
  expect(markOf('a red house', facts)).toBe('yours');
  expect(markOf('a red house', null)).toBeNull();
});

test("a sample's name has its prompt, where the model has words", () => {
  expect(sampleName(2, 'a red circle', 'drawn')).toBe('Sample 3, a red circle, drawn');
  expect(sampleName(2, null, 'drawn')).toBe('Sample 3, drawn');
  expect(sampleName(2, ' ', 'being drawn')).toBe('Sample 3, no prompt, being drawn');
});
