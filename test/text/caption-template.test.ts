// The rule by which captions were made is found again from them: the drawn shapes, the planets of the file
// that comes with the app, names of classes; and no rule where people wrote.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { captionOf, type Phrases } from '../../src/data/packed-set.ts';
import { BACKGROUNDS, COLOURS, KINDS, SHAPES, shapeCaption } from '../../src/data/shapes.ts';
import { captionTemplate } from '../../src/text/caption-template.ts';
import { fixtureCaptions } from './sentences.ts';

/** The template, alternatives in the order of code units. */
const sorted = (lines: readonly string[]) =>
  captionTemplate(lines)?.map((part) => (typeof part === 'string' ? part : part.toSorted()));
const namesOf = (things: readonly (readonly [string, unknown])[]): string[] =>
  things.map(([name]) => name).sort();

test('shapes: colour with its article, kind, background', () => {
  const captions = Array.from({ length: SHAPES.count }, (_, i) => shapeCaption(i));
  expect(sorted(captions)).toEqual([
    namesOf(COLOURS),
    namesOf(KINDS),
    'on a',
    namesOf(BACKGROUNDS),
    'background',
  ]);
});

/** captions.json of a packed set, and its captions. */
function packed(id: string) {
  const file = new URL(`../../public/datasets/${id}/captions.json`, import.meta.url);
  const made = JSON.parse(readFileSync(file, 'utf8')) as Phrases;
  const count = made.codes.length / made.parts.length;
  return { made, captions: Array.from({ length: count }, (_, i) => captionOf(made, i)) };
}

test('planets: surface, colour, ring and moons or none, sky', () => {
  const { made, captions } = packed('planets');
  const [surfaces, colours, beside, skies] = made.parts.map((texts) =>
    texts.map((text) => text.replace(/planet|^ on | sky$/g, '').trim()).sort(),
  );
  expect(sorted(captions)).toEqual([surfaces, colours, 'planet', beside, 'on', skies, 'sky']);
});

test('faces: who and how, skin, hair by style and colour, what is worn, ground', () => {
  const { made, captions } = packed('faces');
  const [who, skins, styles, hair, worn, grounds] = made.parts.map((texts) =>
    texts.map((text) => text.replace(/^a | with| skin and| hair| on /g, '').trim()).sort(),
  );
  expect(sorted(captions)).toEqual([
    ...['a', who, 'with', skins, 'skin and', styles, hair, 'hair', worn, 'on', grounds],
  ]);
});

test('the most frequent alternative first; case and a few other captions do not matter', () => {
  const captions = [
    ...Array<string>(30).fill('A photo of a Cat'),
    ...Array<string>(10).fill('a photo of a dog'),
  ];
  expect(captionTemplate([...captions, 'something else'])).toEqual(['a photo of a', ['cat', 'dog']]);
  expect(captionTemplate(['cat', 'dog', 'cat', 'dog'])).toEqual([['cat', 'dog']]);
});

test('words that decide each other are one alternative', () => {
  const towns = ['a new york street', 'a san francisco street', 'a new delhi street'];
  expect(captionTemplate([...towns, ...towns])).toEqual([
    'a',
    ['new delhi', 'new york', 'san francisco'],
    'street',
  ]);
});

test('no template for captions that people wrote, that are all equal, or none', () => {
  expect(captionTemplate(fixtureCaptions)).toBeNull();
  expect(captionTemplate(['a cat on a mat', 'the old harbour at dawn', 'two dogs'])).toBeNull();
  expect(captionTemplate(Array<string>(9).fill('a cat'))).toBeNull();
  expect(captionTemplate(['a cat'])).toBeNull();
  expect(captionTemplate([])).toBeNull();
  const many = Array.from({ length: 100 }, (_, i) => `a cat number ${i % 25}`);
  expect(captionTemplate(many)).toBeNull();
});

test('captions of 100,000 characters have none, and many captions take little time', () => {
  expect(captionTemplate(['a '.repeat(50_000), 'a '.repeat(50_000)])).toBeNull();
});
