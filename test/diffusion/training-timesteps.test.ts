// Claims about the timesteps of training: whole and even for noise and v; of a flow the density that is asked
// for, by its closed form, and never below the least sigma.
import { describe, expect, it } from 'vitest';
import { trainingTimesteps } from '../../src/diffusion/training-timesteps.ts';
import { STREAMS, uniformBelow } from '../../src/random.ts';

const COUNT = 20_000;
const flow = (timestepDensity: 'uniform' | 'logit_normal', count = COUNT) =>
  trainingTimesteps({ predictionType: 'flow_prediction', timestepDensity }, 5, 7, count);
/** Share of the values below `limit`. */
const below = (values: Float32Array, limit: number): number =>
  values.filter((value) => value < limit).length / values.length;
/** Four standard errors of a share. */
const NEAR = (4 * 0.5) / Math.sqrt(COUNT);

it.each(['epsilon', 'v_prediction'] as const)(
  'of %s are the whole numbers of the stream',
  (predictionType) => {
    for (const timestepDensity of ['uniform', 'logit_normal'] as const)
      expect([...trainingTimesteps({ predictionType, timestepDensity }, 5, 7, 9)]).toEqual([
        ...uniformBelow(5, 7, STREAMS.timesteps, 1000, 9),
      ]);
  },
);

describe('of a flow', () => {
  it('uniform: every quarter alike', () => {
    for (const limit of [250, 500, 750])
      expect(Math.abs(below(flow('uniform'), limit) - limit / 1000)).toBeLessThan(NEAR);
  });

  // P(sigmoid(z) < s) = Phi(ln(s / (1 - s))): Phi(-1.098612) = 0.135969, Phi(-2.197225) = 0.014003.
  it.each([
    [100, 0.014003],
    [250, 0.135969],
    [500, 0.5],
    [750, 1 - 0.135969],
    [900, 1 - 0.014003],
  ])('logit_normal: timestep %i has %f below it', (limit, share) => {
    expect(Math.abs(below(flow('logit_normal'), limit) - share)).toBeLessThan(NEAR);
  });

  it.each(['uniform', 'logit_normal'] as const)(
    '%s: within 1..1000, and its own for each picture',
    (density) => {
      const timesteps = flow(density);
      expect(Math.min(...timesteps)).toBeGreaterThanOrEqual(1);
      expect(Math.max(...timesteps)).toBeLessThanOrEqual(1000);
      expect(timesteps.some((value) => value % 1 !== 0)).toBe(true);
      expect([...timesteps.subarray(0, 3)]).toEqual([...flow(density, 3)]);
    },
  );
});
