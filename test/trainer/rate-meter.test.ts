// Claims: the part of the time in which steps waited for their pictures is that of the last 50 steps, is not
// told from few of them, and the wait before the first step is none of theirs.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RateMeter } from '../../src/trainer/rate-meter.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

/** A step of 100 ms, of which its pictures took `waitMs`. */
async function step(rate: RateMeter, waitMs: number): Promise<void> {
  let arrive: (pictures: null) => void = () => undefined;
  const waited = rate.waitingFor(new Promise((resolve) => (arrive = resolve)));
  vi.advanceTimersByTime(waitMs);
  arrive(null);
  await waited;
  vi.advanceTimersByTime(100 - waitMs);
  rate.tick();
}

test('steps that wait 3 ms of 100 wait 3 % of the time; a pause begins anew', async () => {
  const rate = new RateMeter();
  await step(rate, 90);
  for (let i = 1; i < 9; i++) await step(rate, 3);
  expect(rate.waitShare()).toBeNull();
  await step(rate, 3);
  expect(rate.waitShare()).toBeCloseTo(0.03, 10);
  expect(rate.perSecond()).toBeCloseTo(10, 10);
  for (let i = 0; i < 25; i++) await step(rate, 0);
  for (let i = 0; i < 25; i++) await step(rate, 1);
  // 49 steps of 100 ms lie between the 50 ends.
  expect(rate.waitShare()).toBeCloseTo(25 / 4900, 10);
  rate.reset();
  expect([rate.waitShare(), rate.perSecond()]).toEqual([null, null]);
});

test('pictures that have gone are waited for, too, and their fault comes through', async () => {
  const rate = new RateMeter();
  await expect(rate.waitingFor(Promise.reject(new Error('gone')))).rejects.toThrow('gone');
});
