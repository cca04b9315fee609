// Claims: samples take 15 % of the loop's time at most, and what the first denoising call compiles delays no
// later set.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DrawingShare } from '../../../src/trainer/samples/drawing-share.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Iterations of the loop, each of so many milliseconds. */
function iterate(share: DrawingShare, drew: boolean, ...all: number[]): void {
  for (const ms of all) {
    vi.advanceTimersByTime(ms);
    share.iterationEnds(drew);
  }
}

test('a set waits until drawing has taken 15 % of the time', () => {
  const share = new DrawingShare();
  iterate(share, false, 100, 100, 100);
  iterate(share, true, 250, 250, 250); // each 150 ms of drawing; the first is not counted
  expect(share.msUntilSet).toBeCloseTo(300 / 0.15 - (300 + 100 + 500));
  iterate(share, false, 1000);
  expect(share.msUntilSet).toBeCloseTo(100);
  iterate(share, false, 100);
  expect(share.msUntilSet).toBe(0);
});

test('a first call that compiles for a minute delays no set', () => {
  const waitAfter = (firstMs: number) => {
    const share = new DrawingShare();
    iterate(share, false, 100, 100);
    iterate(share, true, firstMs, 200);
    return share.msUntilSet;
  };
  expect(waitAfter(60_000)).toBe(waitAfter(200));
});
