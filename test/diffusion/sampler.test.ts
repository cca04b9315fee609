// Claims about the samplers with an analytic denoiser: every value of a picture is N(MEAN, SPREAD^2), so the
// best prediction and with it the distribution of the samples are known.
import { describe, expect, it } from 'vitest';
import { alphaBar } from '../../src/diffusion/noise-schedule.ts';
import {
  type Sampler,
  type TimestepSpacing,
  createSampler,
  initialNoise,
  stepNoise,
} from '../../src/diffusion/sampler.ts';
import type { PredictionType } from '../../src/diffusion/target.ts';

const MEAN = 0.3;
const SPREAD = 0.15;

/** E[eps | x_t] or E[v | x_t], the prediction that a perfectly trained network would make. */
function bestPrediction(predictionType: PredictionType, level: number) {
  const signal = Math.sqrt(level);
  const sigma = Math.sqrt(1 - level);
  return (x: number) => {
    const surprise = (x - signal * MEAN) / (level * SPREAD ** 2 + 1 - level);
    const noise = sigma * surprise;
    const clean = MEAN + signal * SPREAD ** 2 * surprise;
    return predictionType === 'epsilon' ? noise : signal * noise - sigma * clean;
  };
}

function draw(sampler: Sampler, predictionType: PredictionType, levels: Float64Array, size: number) {
  let x: Float32Array = initialNoise(3, 0, size);
  sampler.timesteps.forEach((t, i) => {
    const prediction = x.map(bestPrediction(predictionType, levels[t] as number));
    x = sampler.step(i, x, prediction, sampler.usesNoise(i) ? stepNoise(3, 0, size, i) : null);
  });
  return x;
}

const CASES = (['ddim', 'ddpm'] as const).flatMap((sampler) =>
  (['epsilon', 'v_prediction'] as const).flatMap((predictionType) =>
    (['linear', 'cosine'] as const).flatMap((schedule) =>
      (['leading', 'trailing'] as const).map((spacing) => ({ sampler, predictionType, schedule, spacing })),
    ),
  ),
);

describe('with a perfect denoiser', () => {
  it.each(CASES)(
    '$sampler, $predictionType, $schedule, $spacing: 200 calls draw N(0.3, 0.15)',
    ({ sampler: name, predictionType, schedule, spacing }) => {
      const levels = alphaBar(schedule);
      const sampler = createSampler({ alphaBar: levels, predictionType, sampler: name, spacing, steps: 200 });
      const x = draw(sampler, predictionType, levels, 4000);
      const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
      const spread = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
      // Four standard errors, and 5 % for the 200 calls.
      expect(Math.abs(mean - MEAN)).toBeLessThan((4 * SPREAD) / Math.sqrt(x.length) + 0.05 * SPREAD);
      expect(Math.abs(spread / SPREAD - 1)).toBeLessThan(4 / Math.sqrt(2 * x.length) + 0.05);
    },
  );

  it.each(CASES)('$sampler, $predictionType, $schedule, $spacing: predicts E[x0 | x_t] on the way', (one) => {
    const levels = alphaBar(one.schedule);
    const sampler = createSampler({ ...one, alphaBar: levels, steps: 10 });
    const x = initialNoise(3, 0, 100);
    sampler.timesteps.forEach((t, i) => {
      const level = levels[t] as number;
      const prediction = x.map(bestPrediction(one.predictionType, level));
      const clean = sampler.clean(i, x, prediction);
      x.forEach((value, j) => {
        const surprise = (value - Math.sqrt(level) * MEAN) / (level * SPREAD ** 2 + 1 - level);
        const expected = MEAN + Math.sqrt(level) * SPREAD ** 2 * surprise;
        expect(clean[j]).toBeCloseTo(Math.min(1, Math.max(-1, expected)), 2);
      });
    });
  });
});

function linearSampler(
  sampler: 'ddim' | 'ddpm',
  steps: number,
  spacing: TimestepSpacing = 'leading',
): Sampler {
  return createSampler({ alphaBar: alphaBar('linear'), predictionType: 'epsilon', sampler, spacing, steps });
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
      alphaBar: alphaBar('linear'),
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
