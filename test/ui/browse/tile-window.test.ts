// Claims: of 200,000 pictures only the rows near the view exist, at any width and place, and what a key leads
// to is brought into view. Counted, on windows of real screens.
import { expect, test } from 'vitest';
import {
  asWanted,
  gridShape,
  placesOf,
  rowsInView,
  rowsThatExist,
  topShowing,
} from '../../../src/ui/browse/tile-window.ts';

const MANY = 200_000;

test.each([
  // Window of the tiles in CSS pixels, screen pixels of one, pixels of a picture.
  { width: 288, height: 400, ratio: 1, size: 32 },
  { width: 358, height: 590, ratio: 3, size: 64 },
  { width: 816, height: 640, ratio: 1, size: 16 },
  { width: 1424, height: 900, ratio: 2, size: 128 },
  { width: 3000, height: 1400, ratio: 1, size: 256 },
])('$width x $height at $ratio: the tiles that exist cover the view, and are few', (screen) => {
  const { width, height, ratio, size } = screen;
  const shape = gridShape(width, ratio, size, MANY);
  const { columns, tile, pitch: step } = shape.tiles;
  expect(Math.ceil((columns - 1) * step + tile)).toBeLessThanOrEqual(Math.ceil(width * ratio));
  expect(columns).toBeGreaterThanOrEqual(3);
  // A picture's pixel is a whole number of the screen's.
  expect(tile % shape.edge).toBe(0);
  expect(shape.edge).toBeLessThanOrEqual(size);
  // Browsers draw boxes up to 17 million pixels high.
  expect(shape.height).toBeLessThan(17e6);
  const { pitch, rows } = shape;
  for (const top of [0, 1234 * pitch, shape.height - height]) {
    const view = rowsInView({ top, height, pitch, rows });
    const exist = rowsThatExist(view, rows, 7);
    expect((view.last + 1) * pitch).toBeGreaterThanOrEqual(Math.min(top + height, shape.height) - 1);
    expect(view.first * pitch).toBeLessThanOrEqual(top);
    expect(exist).toContain(7);
    expect(exist.length).toBeLessThanOrEqual(Math.ceil(height / pitch) + 1 + 4 + 1);
    const tiles = exist.flatMap((row) => placesOf(row, columns, MANY));
    // A tile is 60 CSS pixels or more: fewer than those that cover three times the view.
    expect(tiles.length).toBeLessThanOrEqual((3 * width * height) / 60 ** 2 + 8 * columns);
    expect(new Set(asWanted(exist, view))).toEqual(new Set(exist));
    expect(asWanted(exist, view)[0]).toBe(view.first);
  }
});

test('the last row has the pictures that are left; a few pictures are one row', () => {
  expect(placesOf(2, 4, 10)).toEqual([8, 9]);
  const shape = gridShape(816, 1, 32, 3);
  expect(shape.rows).toBe(1);
  expect(rowsThatExist(rowsInView({ top: 0, height: 600, pitch: shape.pitch, rows: 1 }), 1, 0)).toEqual([0]);
});

test('the row with the focus exists wherever the view is, once, in its order', () => {
  expect(rowsThatExist({ first: 10, last: 12 }, 100, 11)).toEqual([8, 9, 10, 11, 12, 13, 14]);
  expect(rowsThatExist({ first: 10, last: 12 }, 100, 3)).toEqual([3, 8, 9, 10, 11, 12, 13, 14]);
  expect(rowsThatExist({ first: 10, last: 12 }, 100, 99)).toEqual([8, 9, 10, 11, 12, 13, 14, 99]);
  // Of a list that has become shorter.
  expect(rowsThatExist({ first: 0, last: 2 }, 3, 99)).toEqual([0, 1, 2]);
});

test('a row is brought into view by as little as it takes', () => {
  const view = { height: 300, pitch: 100 };
  expect(topShowing(4, { ...view, top: 350 })).toBe(350);
  expect(topShowing(3, { ...view, top: 350 })).toBe(300);
  expect(topShowing(6, { ...view, top: 350 })).toBe(400);
});
