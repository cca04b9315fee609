// Claims: a source is counted as what it gives where a part of it is chosen, alone and among others.
import { expect, it } from 'vitest';
import { shownOf } from '../../../src/data/found-pictures.ts';
import { chosenCount } from '../../../src/data/sources/chosen-count.ts';
import { joined } from '../../../src/data/sources/joined.ts';
import type { Source } from '../../../src/data/sources/source.ts';
import { chosenFile, entriesOf, sourceOf } from './sourced.ts';

const table = (rows: string): Promise<Source> =>
  sourceOf([
    ...['a.jpg', 'b.jpg', 'c.jpg'].map((path) => chosenFile(path)),
    chosenFile('list.csv', `file,text,split\n${rows}`),
  ]);
const source = await table('a.jpg,a cat,train\nb.jpg,a dog,test\nc.jpg,an owl,train');

it.each([
  [{}, 3],
  [{ split: 'all' }, 3],
  [{ split: 'train' }, 2],
  [{ split: 'test' }, 1],
])('where %j is chosen it has %i', async (chosen, count) => {
  expect(await entriesOf(source, 0, chosen)).toHaveLength(count);
  expect(chosenCount(source.facts, chosen)).toBe(count);
  const shown = await shownOf([source], chosen, false);
  expect([shown.count, shown.sources[0]?.facts.count]).toEqual([count, count]);
});

it('of several each is counted by its own choice', async () => {
  const both = joined([source, source]);
  const chosen = { '0:split': 'train', '1:split': 'test' };
  expect(await entriesOf(both, 0, chosen)).toHaveLength(3);
  expect(chosenCount(both.facts, chosen)).toBe(3);
  expect(chosenCount({ ...both.facts, count: null }, chosen)).toBeNull();
});
