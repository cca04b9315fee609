// Claims: the folders that StyleGAN’s dataset_tool writes have the classes of dataset.json, never those of
// their numbered folders; our own export is not one of them.
import { expect, it } from 'vitest';
import { stylegan } from '../../../../src/data/sources/layouts/stylegan.ts';
import { entriesOf } from '../sourced.ts';
import { member, sourceIn } from './made.ts';

const pictures = ['set/00000/img00000000.png', 'set/00000/img00000001.png', 'set/00001/img00001000.png'].map(
  (path) => member(path),
);
const classesBy = async (about: unknown) => {
  const { source } = await sourceIn(stylegan, [
    ...pictures,
    member('set/dataset.json', JSON.stringify(about)),
  ]);
  return {
    classes: (await entriesOf(source)).map(({ className }) => className),
    warnings: source.facts.warnings,
  };
};
const names = ['00000/img00000000.png', '00000/img00000001.png', '00001/img00001000.png'];

it.each([
  ['numbers', [3, 0, 1], ['3', '0', '1']],
  [
    'lists with a one',
    [
      [0, 0, 1],
      [1, 0, 0],
      [0, 1, 0],
    ],
    ['2', '0', '1'],
  ],
])('labels that are %s are classes', async (_, labels, expected) => {
  const about = { labels: names.map((name, i) => [name, labels[i]]) };
  expect(await classesBy(about)).toEqual({ classes: expected, warnings: [] });
});

it('without labels there are no classes', async () => {
  expect(await classesBy({ labels: null })).toEqual({ classes: ['', '', ''], warnings: [] });
});

it('counts labels and pictures that miss each other', async () => {
  const { classes, warnings } = await classesBy({ labels: [[names[1], 4], ['gone.png', 1], 'x', null, [1]] });
  expect(classes).toEqual(['', '4', '']);
  expect(warnings).toEqual([
    '1 of the 2 labels in dataset.json are of no picture that is here.',
    '2 pictures without a label in dataset.json: without class.',
  ]);
});

it('goes on behind an entry, and leaves what lies elsewhere', async () => {
  const { source, rest } = await sourceIn(stylegan, [
    ...pictures,
    member('a.jpg'),
    member('set/dataset.json', '{"labels": null}'),
  ]);
  expect((await entriesOf(source, 2)).map(({ number }) => number)).toEqual([2]);
  expect(rest).toEqual(['a.jpg']);
});

it('has the classes of each list where there are several, the nearest above a picture', async () => {
  const { source, rest } = await sourceIn(stylegan, [
    ...pictures,
    member('other/00000/a.png'),
    member('set/inner/00000/b.png'),
    member('other/dataset.json', '{"labels": [["00000/a.png", 7]]}'),
    member('set/inner/dataset.json', '{"labels": [["00000/b.png", 8], ["gone.png", 1]]}'),
    member('set/dataset.json', JSON.stringify({ labels: names.map((name) => [name, 9]) })),
  ]);
  expect((await entriesOf(source)).map(({ path, className }) => [path, className])).toEqual([
    ['other/00000/a.png', '7'],
    ...pictures.map(({ path }) => [path, '9']),
    ['set/inner/00000/b.png', '8'],
  ]);
  expect([source.facts.count, rest]).toEqual([5, []]);
  expect(source.facts.warnings).toEqual([
    '1 of the 2 labels in set/inner/dataset.json are of no picture that is here.',
  ]);
});

it.each(['{"name": "shapes", "count": 3}', '', '[', 'null', '7', '{"labels": 7}'])(
  'is not told by %j',
  async (text) => {
    expect(await stylegan.recognise([...pictures, member('set/dataset.json', text)])).toBeNull();
  },
);
