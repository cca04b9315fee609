// Claims about the samplers with an analytic denoiser: every value of a picture is N(MEAN, SPREAD^2), so the
// best prediction and with it the distribution of the samples are known.
import { describe, expect, it } from 'vitest';
import type { TimestepSpacing } from '../../src/diffusion/call-timesteps.ts';
import {
  type NoiseLevel,
  type NoiseLevels,
  type PredictionType,
  noiseLevels,
} from '../../src/diffusion/noise-levels.ts';
import { type Sampler, createSampler, initialNoise, stepNoise } from '../../src/diffusion/sampler.ts';

const MEAN = 0.3;
const SPREAD = 0.15;
const LINEAR = noiseLevels({ predictionType: 'epsilon', noiseSchedule: 'linear' });

/** E[eps | x_t] or E[v | x_t], the prediction that a perfectly trained network would make. */
function bestPrediction(predictionType: PredictionType, level: NoiseLevel) {
  const { signal, sigma } = level;
  return (x: number) => {
    const clean = bestClean(level, x);
    const noise = (sigma * (x - signal * MEAN)) / (signal ** 2 * SPREAD ** 2 + sigma ** 2);
    if (predictionType === 'flow_prediction') return noise - clean;
    return predictionType === 'epsilon' ? noise : signal * noise - sigma * clean;
  };
}

/** E[x0 | x_t]. */
const bestClean = ({ signal, sigma }: NoiseLevel, x: number): number =>
  MEAN + (signal * SPREAD ** 2 * (x - signal * MEAN)) / (signal ** 2 * SPREAD ** 2 + sigma ** 2);

function draw(sampler: Sampler, predictionType: PredictionType, levels: NoiseLevels, size: number) {
  let x: Float32Array = initialNoise(3, 0, size);
  sampler.timesteps.forEach((t, i) => {
    const prediction = x.map(bestPrediction(predictionType, levels(t)));
    x = sampler.step(i, x, prediction, sampler.usesNoise(i) ? stepNoise(3, 0, size, i) : null);
  });
  return x;
}

const OF_TABLES = (['ddim', 'ddpm', 'dpmpp_2m', 'unipc'] as const).flatMap((sampler) =>
  (['epsilon', 'v_prediction'] as const).flatMap((predictionType) =>
    (['linear', 'cosine'] as const).flatMap((schedule) =>
      (['leading', 'trailing'] as const).map((spacing) => ({ sampler, predictionType, schedule, spacing })),
    ),
  ),
);
const OF_FLOW = (['euler', 'dpmpp_2m', 'unipc'] as const).map((sampler) => ({
  ...({ sampler, predictionType: 'flow_prediction', schedule: 'linear', spacing: 'trailing' } as const),
}));
const CASES = [...OF_TABLES, ...OF_FLOW];

describe('with a perfect denoiser', () => {
  it.each(CASES)(
    '$sampler, $predictionType, $schedule, $spacing: 200 calls draw N(0.3, 0.15)',
    ({ sampler: name, predictionType, schedule, spacing }) => {
      const levels = noiseLevels({ predictionType, noiseSchedule: schedule });
      const sampler = createSampler({ levels, predictionType, sampler: name, spacing, steps: 200 });
      const x = draw(sampler, predictionType, levels, 4000);
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const spread = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
      // Four standard errors, and 5 % for the 200 calls.
      expect(Math.abs(mean - MEAN)).toBeLessThan((4 * SPREAD) / Math.sqrt(x.length) + 0.05 * SPREAD);
      expect(Math.abs(spread / SPREAD - 1)).toBeLessThan(4 / Math.sqrt(2 * x.length) + 0.05);
    },
  );

  it.each(CASES)('$sampler, $predictionType, $schedule, $spacing: predicts E[x0 | x_t] on the way', (one) => {
    const levels = noiseLevels({ ...one, noiseSchedule: one.schedule });
    const sampler = createSampler({ ...one, levels, steps: 10 });
    const x = initialNoise(3, 0, 100);
    sampler.timesteps.forEach((t, i) => {
      const level = levels(t);
      const prediction = x.map(bestPrediction(one.predictionType, level));
      const clean = sampler.clean(i, x, prediction);
      x.forEach((value, j) => {
        expect(clean[j]).toBeCloseTo(Math.min(1, Math.max(-1, bestClean(level, value))), 2);
      });
    });
  });
});

function linearSampler(
  sampler: 'ddim' | 'ddpm',
  steps: number,
  spacing: TimestepSpacing = 'leading',
): Sampler {
  return createSampler({ levels: LINEAR, predictionType: 'epsilon', sampler, spacing, steps });
}

describe('timesteps', () => {
  it.each([
    [4, [750, 500, 250, 0]],
    [3, [666, 333, 0]],
    [1, [0]],
  ])('of %i calls fall evenly to 0, as diffusers` leading spacing', (steps, expected) =>
    expect(linearSampler('ddim', steps).timesteps).toEqual(expected),
  );
  // round(arange(1000, 0, -1000 / 16)) - 1 by numpy, which rounds a half to the even neighbour.
  it.each([
    [4, [999, 749, 499, 249]],
    [3, [999, 666, 332]],
    [16, [999, 937, 874, 811, 749, 687, 624, 561, 499, 437, 374, 311, 249, 187, 124, 61]],
    [1, [999]],
  ])('of %i calls fall from the noisiest, as diffusers` trailing spacing', (steps, expected) =>
    expect(linearSampler('ddpm', steps, 'trailing').timesteps).toEqual(expected),
  );
  it('of 48 calls round halves as numpy does, where 1000 / 48 is no binary fraction', () => {
    const { timesteps } = linearSampler('ddim', 48, 'trailing');
    expect([3, 15, 27, 39].map((i) => timesteps[i])).toEqual([936, 686, 436, 186]);
  });
  it('use every timestep only where there are 1000 calls', () => {
    expect(linearSampler('ddim', 1000).timesteps[0]).toBe(999);
    expect(linearSampler('ddim', 999).timesteps[0]).toBe(998);
  });
});

describe('a call', () => {
  it('clips the predicted picture to -1..1, and only on request does not', () => {
    const options = {
      levels: LINEAR,
      predictionType: 'epsilon',
      sampler: 'ddim',
      spacing: 'leading',
      steps: 1,
    } as const;
    const x = Float32Array.of(3, -3, 0.5);
    const nothing = new Float32Array(3);
    expect([...createSampler(options).step(0, x, nothing, null)]).toEqual([
      1,
      -1,
      expect.closeTo(0.5 / Math.sqrt(0.9999), 6),
    ]);
    expect(createSampler({ ...options, clip: false }).step(0, x, nothing, null)[0]).toBeCloseTo(3, 3);
  });

  it.each([
    ['ddim', [false, false, false]],
    ['ddpm', [true, true, false]],
  ] as const)('of %s uses noise: %j', (name, expected) => {
    const sampler = linearSampler(name, 3);
    expect(sampler.timesteps.map((_, i) => sampler.usesNoise(i))).toEqual(expected);
  });
});

describe('noise of a sample', () => {
  it('is its own in every call', () => {
    const all = [0, 1].flatMap((sample) => [
      ...initialNoise(5, sample, 6),
      ...stepNoise(5, sample, 6, 0),
      ...stepNoise(5, sample, 6, 1),
    ]);
    expect(new Set(all).size).toBe(36);
  });
});
