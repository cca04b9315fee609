// Numbers change at most four times a second while training, and at once when it stops.
import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { throttled } from '../../../src/ui/page-state/throttled.ts';

describe('throttled', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
  afterEach(() => void vi.useRealTimers());

  it('follows at most every 250 ms and ends with the newest value', () => {
    const source = signal(0);
    const out = throttled(source, signal(true), 250);
    const seen = new Set<number>();
    for (let i = 1; i <= 100; i++) {
      source.value = i;
      vi.advanceTimersByTime(10);
      seen.add(out.value);
    }
    expect(seen.size).toBeLessThanOrEqual(6);
    vi.advanceTimersByTime(250);
    expect(out.value).toBe(100);
  });

  it('shows what is new at once when training stops', () => {
    const source = signal(0);
    const training = signal(true);
    const out = throttled(source, training, 250);
    source.value = 1;
    expect(out.value).toBe(0);
    training.value = false;
    expect(out.value).toBe(1);
    source.value = 2;
    expect(out.value).toBe(2);
  });
});
