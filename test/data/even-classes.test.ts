// Claims: drawn evenly, every class comes equally often and every picture of a class as often as another of
// it, in an order that is a function of (seed, draw) alone; a set of one class is drawn as any other.
import { describe, expect, it } from 'vitest';
import type { PictureSet } from '../../src/data/api.ts';
import { loadBatch } from '../../src/data/batches.ts';
import { classGroups, evenOrder } from '../../src/data/even-classes.ts';
import { SHAPES } from '../../src/data/shapes.ts';

/** Picture i is of class names[i]. */
function classedSet(names: readonly string[]): PictureSet {
  const read = () => Promise.resolve(new Uint8Array(3));
  return {
    info: SHAPES,
    count: names.length,
    size: 1,
    read,
    stored: { size: 1, read },
    caption: () => '',
    fileName: () => '',
    className: (index) => names[index] ?? '',
    isCurrent: () => Promise.resolve(true),
  };
}

/** 70 cats, 20 dogs, 7 newts, 1 without a class, mixed. */
const NAMES = Array.from({ length: 98 }, (_, i) => {
  const at = (i * 37) % 98;
  return at < 70 ? 'cat' : at < 90 ? 'dog' : at < 97 ? 'newt' : '';
});
const set = classedSet(NAMES);
const groups = classGroups(set) ?? [];

const timesOf = (indices: readonly number[], all: readonly number[]): number[] =>
  all.map((index) => indices.filter((one) => one === index).length);

describe('classes that are drawn evenly', () => {
  it('are the groups of their pictures, in the order of their names', () => {
    const names = groups.map((group) => new Set([...group].map((index) => NAMES[index])));
    expect(names).toEqual([new Set(['']), new Set(['cat']), new Set(['dog']), new Set(['newt'])]);
    expect(groups.map(({ length }) => length)).toEqual([1, 70, 20, 7]);
  });

  it('take turns from the first draw of the run on, whatever a step or an epoch is', () => {
    const order = evenOrder(9, groups, 0, 400).map((index) => NAMES[index]);
    for (let first = 0; first + 4 <= 400; first++)
      expect(new Set(order.slice(first, first + 4)).size).toBe(4);
    expect(evenOrder(9, groups, 130, 17)).toEqual(evenOrder(9, groups, 0, 400).slice(130, 147));
  });

  it.each([1, 2, 3])('show every picture of class %i once before any twice', (number) => {
    const all = [...(groups[number] ?? [])];
    const drawn = evenOrder(9, groups, 0, 4 * 3 * all.length).filter((_, i) => i % 4 === number);
    for (const visit of [0, 1, 2])
      expect(new Set(drawn.slice(visit * all.length, (visit + 1) * all.length))).toEqual(new Set(all));
    // In another order each time: a class of few pictures has few orders.
    expect(drawn.slice(0, all.length)).not.toEqual(drawn.slice(all.length, 2 * all.length));
  });

  it('have orders of their own for each seed', () => {
    const of = (seed: number) => evenOrder(seed, groups, 0, 100);
    expect(of(1)).not.toEqual(of(2));
    expect(of(1)).toEqual(of(1));
  });

  it('show pictures of small classes more often, within one time of the class`s share', () => {
    const drawn = evenOrder(3, groups, 0, 4 * 98);
    for (const group of groups) {
      const times = timesOf(drawn, [...group]);
      expect(Math.max(...times)).toBe(Math.ceil(98 / group.length));
      expect(Math.min(...times)).toBe(Math.floor(98 / group.length));
    }
  });
});

const request = {
  ...{ seed: 4, globalStep: 5, position: { epoch: 0, epochPosition: 30 }, drawn: 30, first: 2 },
  ...{ batchSize: 4, randomFlip: false, randomCrop: false, channels: 3 },
};

describe('a batch', () => {
  it('has the classes in turn, those of a part of a step where the part begins', async () => {
    const { indices } = await loadBatch(set, { ...request, evenClasses: true });
    expect(indices).toEqual(evenOrder(4, groups, 32, 4));
    expect((await loadBatch(set, { ...request, evenClasses: false })).indices).not.toEqual(indices);
  });

  it('of a set without two classes is as without the setting', async () => {
    for (const name of ['', 'cat']) {
      const one = classedSet(NAMES.map(() => name));
      const of = (evenClasses: boolean) => loadBatch(one, { ...request, evenClasses });
      expect((await of(true)).indices).toEqual((await of(false)).indices);
    }
  });
});
