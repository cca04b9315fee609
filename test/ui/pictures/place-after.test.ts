// Claims: keys move on a grid of pictures as on any grid, and never beyond its ends. By hand on 3 columns of
// 11 pictures: 0 1 2 / 3 4 5 / 6 7 8 / 9 10.
import { expect, test } from 'vitest';
import { placeAfter } from '../../../src/ui/pictures/place-after.ts';

const grid = { columns: 3, count: 11, pageRows: 2 };

test('arrow keys go to the neighbour, and stay at the edge of the pictures', () => {
  expect(placeAfter('ArrowRight', 2, grid)).toBe(3);
  expect(placeAfter('ArrowLeft', 0, grid)).toBe(0);
  expect(placeAfter('ArrowDown', 7, grid)).toBe(10);
  expect(placeAfter('ArrowDown', 8, grid)).toBe(8);
  expect(placeAfter('ArrowUp', 1, grid)).toBe(1);
  expect(placeAfter('Home', 7, grid)).toBe(0);
  expect(placeAfter('End', 7, grid)).toBe(10);
  expect(placeAfter('Enter', 7, grid)).toBeNull();
});

test('a page is so many rows, in the same column, as far as there are rows', () => {
  expect(placeAfter('PageDown', 1, grid)).toBe(7);
  expect(placeAfter('PageDown', 7, grid)).toBe(10);
  expect(placeAfter('PageDown', 8, grid)).toBe(8);
  expect(placeAfter('PageUp', 10, grid)).toBe(4);
  expect(placeAfter('PageUp', 5, grid)).toBe(2);
  expect(placeAfter('PageUp', 2, grid)).toBe(2);
  expect(placeAfter('PageUp', 4, { columns: 3, count: 11 })).toBeNull();
});
