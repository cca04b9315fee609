// Claims: every source frames its pictures as is chosen for it, also as one of several; the choices are
// offered where they change something.
import { expect, it } from 'vitest';
import { framingChoices } from '../../../src/data/sources/framed.ts';
import { joined } from '../../../src/data/sources/joined.ts';
import { recognise } from '../../../src/data/sources/recognise.ts';
import type { Chosen, Source } from '../../../src/data/sources/source.ts';
import { chosenFile, entriesOf, sourceOf } from './sourced.ts';

const facts = (isAligned: boolean): Source['facts'] => ({
  ...{ kind: 'Made', count: 1, choices: [], licence: '', ignored: [], warnings: [], unused: [] },
  isAligned,
});

const framings = async (source: Source, chosen: Chosen) =>
  (await entriesOf(source, 0, chosen)).map(({ framing }) => [framing?.crop, framing?.ground]);

it('pictures are cut in the middle, on white, unless something else is chosen', async () => {
  const source = await sourceOf([chosenFile('a.png')]);
  expect(await framings(source, {})).toEqual([['middle', 'white']]);
  expect(await framings(source, { crop: 'smart', ground: 'edge' })).toEqual([['smart', 'edge']]);
  expect(await framings(source, { crop: 'toString', ground: 'red' })).toEqual([['middle', 'white']]);
});

it('of several sources each has its own', async () => {
  const files = [
    chosenFile('img_align_celeba/000001.jpg'),
    chosenFile('list_attr_celeba.txt', '1\nMale\n000001.jpg 1\n'),
    chosenFile('others/b.png'),
  ];
  const sources = await recognise(files);
  expect(sources.map((source) => source.facts.isAligned ?? false)).toEqual([true, false]);
  expect(await framings(joined(sources), { '0:crop': 'tight', '1:ground': 'black' })).toEqual([
    ['tight', 'white'],
    ['middle', 'black'],
  ]);
});

it('a choice is offered where it changes something, the tight square of aligned faces', () => {
  const offered = (isAligned: boolean, seen: { isCut: boolean; isTransparent: boolean }) =>
    framingChoices(facts(isAligned), seen).map(({ id, value, options }) => [
      id,
      value,
      options.map((one) => one.value).join(),
    ]);
  expect(offered(false, { isCut: false, isTransparent: false })).toEqual([]);
  expect(offered(true, { isCut: true, isTransparent: false })).toEqual([
    ['crop', 'middle', 'middle,tight,smart'],
  ]);
  expect(offered(false, { isCut: true, isTransparent: true })).toEqual([
    ['crop', 'middle', 'middle,smart'],
    ['ground', 'white', 'white,black,edge'],
  ]);
});
