// Claims: every group of duplicates is on one page, whole as far as it is shown; of each group only the first
// stays unticked.
import { expect, test } from 'vitest';
import { allButLargest, pagesOf } from '../../../src/ui/browse/group-pages.ts';

const groups = (...lengths: number[]): Uint32Array[] => {
  let next = 0;
  return lengths.map((length) => Uint32Array.from({ length }, () => next++));
};

test('pages hold whole groups, 72 pictures at most; one large group fills a page with what is shown of it', () => {
  expect(pagesOf([])).toEqual([]);
  expect(pagesOf(groups(2, 2, 2))).toEqual([{ from: 0, to: 3 }]);
  expect(pagesOf(groups(...Array<number>(40).fill(2)))).toEqual([
    { from: 0, to: 36 },
    { from: 36, to: 40 },
  ]);
  // 10,000 pictures of one colour count as the 24 that are shown.
  expect(pagesOf(groups(10_000, 24, 24, 2))).toEqual([
    { from: 0, to: 3 },
    { from: 3, to: 4 },
  ]);
});

test('the first of each group, of the largest file, stays', () => {
  expect([...allButLargest(groups(3, 2))]).toEqual([1, 2, 4]);
});
