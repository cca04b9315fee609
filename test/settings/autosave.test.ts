// Claims: an autosave costs at most 2 % of the time and 1 MB/s, comes at most 15 times in
// checkpointEveryMinutes, and at the latest after it. Expected numbers by hand from these rules.
import { expect, test } from 'vitest';
import { autosaveEveryMs, mayLoseMs } from '../../src/settings/autosave.ts';

const MINUTES = 5;
const every = (costMs: number, bytes: number): number => autosaveEveryMs(MINUTES, costMs, bytes) / 1000;

test('the interval follows cost and bytes, between a fifteenth of the minutes and the minutes', () => {
  expect(every(0, 0)).toBe(20);
  expect(every(100, 1.8e6)).toBe(20); // tiny
  expect(every(600, 26e6)).toBe(30); // by the time that it takes
  expect(every(600, 104e6)).toBe(104); // small, by its bytes
  expect(every(3000, 571e6)).toBe(300); // cifar
  expect(autosaveEveryMs(0.1, 100, 1.8e6)).toBe(5000);
  expect(autosaveEveryMs(1440, 100, 1.8e6)).toBe(96 * 60_000);
});

test('a hidden page loses half as much as the shortest interval', () => {
  expect(mayLoseMs(5)).toBe(10_000);
  expect(mayLoseMs(1440)).toBe(48 * 60_000);
});
