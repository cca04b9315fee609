// The smoothed line: its values for simple histories, and that growing step by step gives the same as
// computing at once.
import { describe, expect, it } from 'vitest';
import { Smoothed, smooths, smoothingShare } from '../../../src/ui/loss/smoothing.ts';
import { seeded } from '../gallery-pictures.ts';

describe('Smoothed', () => {
  it('leaves a constant as it is', () => {
    const smoothed = new Smoothed();
    smoothed.update(new Float32Array(500).fill(0.25), 500, 0.05);
    expect([...smoothed.values.subarray(0, 500)].every((value) => Math.abs(value - 0.25) < 1e-7)).toBe(true);
  });

  it('is the raw loss where the share is 0 or the run is young', () => {
    const losses = Float32Array.from({ length: 100 }, seeded(3));
    const raw = new Smoothed();
    raw.update(losses, 100, 0);
    expect(raw.values.subarray(0, 100)).toEqual(losses);
    const young = new Smoothed();
    young.update(losses, 100, 0.05);
    expect(young.values.subarray(0, 20)).toEqual(losses.subarray(0, 20));
    for (let count = 1; count <= 100; count++)
      expect(smooths(0.05, count), `${count}`).toBe(young.values[count - 1] !== losses[count - 1]);
  });

  it('gives the same values grown piece by piece as computed at once', () => {
    const losses = Float32Array.from({ length: 3000 }, seeded(4));
    const once = new Smoothed();
    once.update(losses, 3000, smoothingShare(82));
    const grown = new Smoothed();
    for (const count of [1, 7, 1000, 1001, 3000]) grown.update(losses, count, smoothingShare(82));
    expect(grown.values.subarray(0, 3000)).toEqual(once.values.subarray(0, 3000));
  });

  it('passes over a loss that is not finite', () => {
    const smoothed = new Smoothed();
    smoothed.update(Float32Array.of(1, NaN, 3), 3, 0);
    expect([...smoothed.values.subarray(0, 3)]).toEqual([1, 1, 3]);
  });

  it('is calmer than what it smooths', () => {
    const losses = Float32Array.from({ length: 20_000 }, seeded(5));
    const smoothed = new Smoothed();
    smoothed.update(losses, 20_000, smoothingShare(82));
    const late = [...smoothed.values.subarray(10_000, 20_000)];
    expect(Math.max(...late) - Math.min(...late)).toBeLessThan(0.1);
  });
});
