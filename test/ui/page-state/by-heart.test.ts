// Claims: a sample counts as learnt by heart where one training picture is less than a third as far as the
// next one (the criterion of Yoon et al. 2023), or hardly differs; not in a set whose pictures are all alike.
import { expect, test } from 'vitest';
import { byHeart } from '../../../src/ui/page-state/by-heart.ts';

test('one picture that stands out, or the same one twice, is told; pictures that are all alike are not', () => {
  expect(byHeart([0.02, 0.07, 0.09])).toMatch(/learnt that by heart/);
  expect(byHeart([0.004, 0.005, 0.09])).toMatch(/learnt that by heart/);
  // Every built-in planet has another one about 3 % apart.
  expect(byHeart([0.029, 0.031, 0.033])).toMatch(/no copy/);
  expect(byHeart([0.2])).toMatch(/no copy/);
  expect(byHeart([])).toMatch(/nothing to compare/);
});
