// Claims against diffusers' own schedulers (interop/make_fixtures.py): sampler trajectories call by call with
// our noise, and learning rates update by update.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { TimestepSpacing } from '../../src/diffusion/call-timesteps.ts';
import { type PredictionType, noiseLevels } from '../../src/diffusion/noise-levels.ts';
import type { NoiseSchedule } from '../../src/diffusion/noise-schedule.ts';
import { type SamplerName, createSampler, initialNoise, stepNoise } from '../../src/diffusion/sampler.ts';
import { learningRateAt } from '../../src/diffusion/training-schedules.ts';

interface Trajectories {
  seed: number;
  sample: number;
  size: number;
  trajectories: {
    sampler: SamplerName;
    schedule: NoiseSchedule;
    predictionType: PredictionType;
    spacing: TimestepSpacing;
    timesteps: number[];
    after: number[][];
  }[];
}
interface LearningRates {
  warmupSteps: number;
  lastStep: number;
  rates: Record<'constant' | 'cosine', number[]>;
}
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/diffusers/${name}.json`, import.meta.url), 'utf8'));

describe('trajectories', () => {
  const { seed, sample, size, trajectories } = read('trajectories') as Trajectories;
  it.each(trajectories)('$spacing, $sampler, $schedule, $predictionType', (expected) => {
    const { predictionType, timesteps, after } = expected;
    const levels = noiseLevels({ predictionType, noiseSchedule: expected.schedule });
    const sampler = createSampler({
      levels,
      predictionType,
      sampler: expected.sampler,
      spacing: expected.spacing,
      steps: timesteps.length,
    });
    expect(sampler.timesteps).toEqual(timesteps);
    let x: Float32Array = initialNoise(seed, sample, size);
    after.forEach((row, i) => {
      const { signal, sigma, alphaBar: level } = levels(timesteps[i] as number);
      const prediction = x.map((value) => {
        const surprise = (value - signal * 0.6) / (level * 0.16 + 1 - level);
        const [noise, clean] = [sigma * surprise, 0.6 + signal * 0.16 * surprise];
        return predictionType === 'epsilon' ? noise : signal * noise - sigma * clean;
      });
      x = sampler.step(i, x, prediction, sampler.usesNoise(i) ? stepNoise(seed, sample, size, i) : null);
      // diffusers keeps alpha-bar in float32, where 1 - alpha-bar loses up to 1e-3 of itself near t = 0.
      row.forEach((value, j) => expect(Math.abs((x[j] as number) - value)).toBeLessThan(5e-5));
    });
  });
});

describe('learning rates', () => {
  const { warmupSteps, lastStep, rates } = read('learning-rates') as LearningRates;
  it.each(['constant', 'cosine'] as const)('%s', (learningRateSchedule) => {
    const settings = { learningRate: 1, learningRateSchedule, warmupSteps, lastStep };
    rates[learningRateSchedule].forEach((rate, update) =>
      expect(learningRateAt(update + 1, settings)).toBeCloseTo(rate, 12),
    );
  });
});
