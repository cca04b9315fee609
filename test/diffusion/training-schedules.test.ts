// Claims about learning rate and EMA decay, by the formulas of diffusers' get_*_schedule_with_warmup and
// EMAModel(use_ema_warmup, power 3/4).
import { describe, expect, it } from 'vitest';
import { emaDecayAt, learningRateAt } from '../../src/diffusion/training-schedules.ts';

const SETTINGS = { learningRate: 1, learningRateSchedule: 'constant', warmupSteps: 4, lastStep: 12 } as const;

describe('learning rate', () => {
  it('rises from 0 by 1 / warmupSteps, then stays', () => {
    const rates = [1, 2, 3, 4, 5, 6, 12].map((step) => learningRateAt(step, SETTINGS));
    expect(rates).toEqual([0, 0.25, 0.5, 0.75, 1, 1, 1]);
  });

  it('starts at the full rate without warm-up', () => {
    expect(learningRateAt(1, { ...SETTINGS, warmupSteps: 0 })).toBe(1);
  });

  it('falls by half a cosine to zero after the last step', () => {
    const cosine = { ...SETTINGS, learningRateSchedule: 'cosine' } as const;
    expect(learningRateAt(5, cosine)).toBe(1);
    expect(learningRateAt(9, cosine)).toBeCloseTo(0.5, 15);
    expect(learningRateAt(12, cosine)).toBeCloseTo(0.5 * (1 + Math.cos((7 / 8) * Math.PI)), 15);
    expect(learningRateAt(13, cosine)).toBe(0);
  });

  it('never leaves warm-up where the run ends in it', () => {
    const short = { ...SETTINGS, learningRateSchedule: 'cosine', warmupSteps: 50 } as const;
    expect(learningRateAt(12, short)).toBeCloseTo(11 / 50, 15);
  });
});

describe('EMA decay', () => {
  it.each([
    [1, 0],
    [2, 0.405396],
    [10, 0.822172],
    [100, 0.968377],
    [1000, 0.994377],
    [10_000, 0.999],
  ])('at step %i is %f', (step, expected) => expect(emaDecayAt(step, 0.9999)).toBeCloseTo(expected, 6));

  it('stops at its maximum', () => {
    expect(emaDecayAt(10_000_000, 0.9999)).toBe(0.9999);
    expect(emaDecayAt(100, 0)).toBe(0);
  });
});
