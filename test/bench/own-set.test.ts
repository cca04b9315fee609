// Claims of the made set of `npm run learn -- own`: 65 different pictures, always the same, whose five kinds
// can be told apart at the size that `tiny` learns.
import { expect, it } from 'vitest';
import { COUNT, kindOf, openOwnSet } from '../../bench/learn/own-set.ts';

it('has 65 different pictures of five kinds, the same each time', async () => {
  const set = await openOwnSet(16);
  const pictures = await Promise.all(Array.from({ length: set.count }, (_, i) => set.read(i)));
  expect(new Set(pictures.map((pixels) => pixels.join())).size).toBe(65);
  expect(new Set(pictures.map((_, i) => kindOf(i))).size).toBe(5);
  // Another digest is another set, whose figures cannot be compared with those in the README.
  expect(set.info.fingerprint).toBe('5b55eef90a0d1d479a8a17641455a048ef43abf83f651cd1f4d9fc8abcf92d31');
});

it('has kinds that differ more than the pictures of a kind', async () => {
  const set = await openOwnSet(16);
  const pictures = await Promise.all(Array.from({ length: COUNT }, (_, i) => set.read(i)));
  const apart = (a: Uint8Array, b: Uint8Array) =>
    a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
  const right = pictures.filter((picture, i) => {
    const others = pictures.map((other, j) => ({ j, far: j === i ? Infinity : apart(picture, other) }));
    const nearest = others.reduce((best, one) => (one.far < best.far ? one : best));
    return kindOf(nearest.j) === kindOf(i);
  });
  expect(right.length / COUNT).toBeGreaterThanOrEqual(0.9);
});
