// Claims: however it is moved, a square is whole within its picture, in whole pixels; keys move and resize it
// around its middle.
import { expect, it } from 'vitest';
import { randomWord, STREAMS } from '../../../src/random.ts';
import { afterKey, edgesOf, moved, resized } from '../../../src/ui/browse/square-moves.ts';

const SIZE = { width: 640, height: 480 };
const START = { left: 80, top: 0, edge: 480 };

it('arrow keys move it by a hundredth of the longer side, with Shift by a tenth, and not out of the picture', () => {
  const after = (key: string, shiftKey = false, from = START) => afterKey({ key, shiftKey }, from, SIZE);
  expect(after('ArrowRight')).toEqual({ ...START, left: 86 });
  expect(after('ArrowLeft', true)).toEqual({ ...START, left: 16 });
  expect(after('ArrowDown')).toEqual(START);
  expect(after('ArrowDown', false, { left: 0, top: 0, edge: 400 })).toEqual({ left: 0, top: 6, edge: 400 });
  expect(after('-')).toEqual({ left: 92, top: 12, edge: 456 });
  expect(after('+')).toEqual(START);
  expect(after('Enter')).toBeNull();
});

it('its smallest edge is a tenth of the largest, one pixel at least', () => {
  expect(edgesOf(SIZE)).toEqual({ least: 48, most: 480 });
  expect(edgesOf({ width: 3, height: 2 })).toEqual({ least: 1, most: 2 });
  expect(resized(START, SIZE, 1)).toEqual({ left: 296, top: 216, edge: 48 });
});

it('is whole within any picture after any moves', () => {
  const word = (i: number, below: number): number => randomWord(3, 0, STREAMS.order, i) % below;
  for (let i = 0; i < 500; i++) {
    const size = { width: 1 + word(i * 8, 900), height: 1 + word(i * 8 + 1, 900) };
    let square = { left: 0, top: 0, edge: edgesOf(size).most };
    for (let k = 0; k < 3; k++) {
      square = resized(square, size, word(i * 8 + 2 + k, 1200) / 1.7);
      square = moved(square, size, word(i * 8 + 5, 2000) - 1000.5, word(i * 8 + 6, 2000) - 999.3);
      const { left, top, edge } = square;
      expect([left, top, edge].every(Number.isInteger)).toBe(true);
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
      expect(edge).toBeGreaterThanOrEqual(edgesOf(size).least);
      expect(left + edge <= size.width && top + edge <= size.height).toBe(true);
    }
  }
});
