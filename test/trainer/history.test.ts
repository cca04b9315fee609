// Claims: every loss is kept, in order, while the buffers grow, and after a history was made from arrays.
// Through a file: exact-resume.test.ts.
import { expect, test } from 'vitest';
import { History, lossByQuartile } from '../../src/trainer/history.ts';

test('3,000 losses survive growing', () => {
  const history = new History();
  for (let i = 0; i < 3000; i++) history.push(i, [i, NaN, i + 2, i + 3]);
  expect(history.steps).toBe(3000);
  const steps = Array.from({ length: 3000 }, (_, i) => i);
  expect([...history.batchLosses(0, 3000)]).toEqual(steps);
  expect([...history.batchLosses(1022, 1026)]).toEqual([1022, 1023, 1024, 1025]);
  expect([...history.quartileLosses(3000)]).toEqual(steps.flatMap((i) => [i, NaN, i + 2, i + 3]));
  expect(history.meanOfLast(100)).toBe((2900 + 2999) / 2);
  expect(history.meanOfLast(100, 2)).toBe(0.5);
});

test('a history made from arrays goes on where they ended', () => {
  const history = new History(Float32Array.of(1, 2), Float32Array.of(1, 1, 1, 1, 2, 2, 2, 2), [1.5]);
  history.push(3, [3, 3, 3, 3]);
  expect([...history.batchLosses(0, 3)]).toEqual([1, 2, 3]);
  expect(history.quartileLosses(3)).toHaveLength(12);
  expect(history.epochLosses).toEqual([1.5]);
  expect(new History().meanOfLast(100)).toBeNull();
});

test('losses are split at timesteps 250, 500 and 750; a quartile without pictures is NaN', () => {
  expect(lossByQuartile([1, 3, 5, 7], [0, 249, 250, 999], 1000)).toEqual([2, 5, NaN, 7]);
  // Of a flow: fractions, and pure noise at 1000.
  expect(lossByQuartile([1, 3, 5, 7], [249.9, 250.1, 999.5, 1000], 1000)).toEqual([1, 3, NaN, 6]);
});
