// The strip keeps what matters, never overlaps, and thins evenly.
import { describe, expect, it } from 'vitest';
import { thinFrames } from '../../../src/ui/loss/thin-frames.ts';
import { nearestStep } from '../../../src/ui/page-state/looking.ts';

const every = (count: number, step: number): number[] => Array.from({ length: count }, (_, i) => i * step);

describe('thinFrames', () => {
  it('keeps all frames where there is room, as 13 on 752 pixels', () => {
    const steps = every(13, 2000);
    expect(thinFrames(steps, [24_000, 12_000], (step) => (step / 26_000) * 752, 752, 51)).toEqual(steps);
  });

  it('keeps the chosen ones and overlaps none of 1,875', () => {
    const steps = every(1875, 2000);
    const place = (step: number): number => (step / 3_750_000) * 752;
    const frames = thinFrames(steps, [2_222_000, 1_110_000], place, 752, 51);
    expect(frames).toContain(2_222_000);
    expect(frames).toContain(1_110_000);
    expect(frames.length).toBeGreaterThan(8);
    for (let i = 1; i < frames.length; i++)
      expect(place(frames[i] ?? 0) - place(frames[i - 1] ?? 0)).toBeGreaterThanOrEqual(51);
  });

  it('leaves out what a zoomed axis does not show', () => {
    const frames = thinFrames(every(10, 100), [0, 900], (step) => (step - 300) * 2, 400, 51);
    expect(frames).toEqual([300, 400, 500]);
  });
});

describe('nearestStep', () => {
  it('is the nearest there is', () => {
    expect(nearestStep([0, 2000, 4000], 2900)).toBe(2000);
    expect(nearestStep([], 5)).toBeNull();
  });
});
