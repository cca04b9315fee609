// Claims: numbers are joined and posted at most ten times a second; every other event is posted at once, in
// order.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TrainerEvent } from '../../src/trainer/api.ts';
import { Outbox } from '../../src/trainer/outbox.ts';

const numbers = (globalStep: number) => ({
  globalStep,
  epoch: 0,
  imagesSeen: 4 * globalStep,
  losses: Float32Array.of(globalStep),
  learningRate: 1,
  gradientNorm: 1,
  stepsPerSecond: null,
  waitShare: null,
  samplesOwed: false,
  samplesWaitMs: 0,
});

beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => vi.useRealTimers());

test('20 steps within a second make at most ten posts and a last one, and lose no loss', () => {
  const posts: TrainerEvent[][] = [];
  const outbox = new Outbox((events) => posts.push(events));
  for (let step = 1; step <= 20; step++) {
    outbox.progress(numbers(step));
    vi.advanceTimersByTime(50);
  }
  outbox.flush();
  expect(posts.length).toBeLessThanOrEqual(11);
  const losses = posts
    .flat()
    .flatMap((event) => (event.type === 'progress' ? [...event.progress.losses] : []));
  expect(losses).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
});

test('an event is posted at once, after the numbers before it', () => {
  const posts: TrainerEvent[][] = [];
  const outbox = new Outbox((events) => posts.push(events));
  outbox.progress(numbers(1));
  outbox.progress(numbers(2));
  outbox.post({ type: 'state', state: 'paused' });
  expect(posts.flat().map((event) => event.type)).toEqual(['progress', 'progress', 'state']);
});
