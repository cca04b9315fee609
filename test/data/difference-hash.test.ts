// Claims: the difference hash is that of the picture's grey means over 9 x 8 areas, by brute force, and near
// pictures are near in it.
import { describe, expect, it } from 'vitest';
import { differenceHash } from '../../src/data/store/difference-hash.ts';
import { noise } from './noise.ts';

/** Each pixel becomes 9 x 8, each area takes size x size of these. */
function bruteForce(pixels: Uint8Array, size: number): number[] {
  const grey = (row: number, column: number): number => {
    let sum = 0;
    for (let y = row * size; y < (row + 1) * size; y++) {
      for (let x = column * size; x < (column + 1) * size; x++) {
        const at = (Math.floor(y / 8) * size + Math.floor(x / 9)) * 3;
        const [r = 0, g = 0, b = 0] = pixels.subarray(at, at + 3);
        sum += 299 * r + 587 * g + 114 * b;
      }
    }
    return sum;
  };
  const bit = (row: number, column: number): number =>
    grey(row, column) < grey(row, column + 1) ? 2 ** column : 0;
  const columns = [0, 1, 2, 3, 4, 5, 6, 7];
  return columns.map((row) => columns.reduce((byte, column) => byte + bit(row, column), 0));
}

describe('the difference hash', () => {
  it.each([4, 8, 9, 16, 31, 72])('of %i x %i pixels is that of their areas', (size) => {
    const pixels = noise(size * size * 3);
    expect([...differenceHash(pixels, size)]).toEqual(bruteForce(pixels, size));
  });

  it('stays where a picture is a little brighter, and is empty where it is flat', () => {
    const pixels = noise(32 * 32 * 3).map((value) => value >> 1);
    expect(
      differenceHash(
        pixels.map((value) => value + 20),
        32,
      ),
    ).toEqual(differenceHash(pixels, 32));
    expect([...differenceHash(new Uint8Array(32 * 32 * 3).fill(9), 32)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
